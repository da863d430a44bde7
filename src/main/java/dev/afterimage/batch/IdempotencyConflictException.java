package dev.afterimage.batch;

/** An {@code Idempotency-Key} came again, and its first request cannot answer for this one. */
public class IdempotencyConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is in the way. */
    public enum Kind {
        /** The first request is still being received. */
        IN_PROGRESS("The first request with this Idempotency-Key is still being received; ask again in a moment."),
        /** The first request said something else. */
        OTHER_PAYLOAD("This Idempotency-Key was used for another upload; use a new key for a new upload.");

        private final String detail;

        Kind(String detail) {
            this.detail = detail;
        }
    }

    private final Kind kind;

    public IdempotencyConflictException(Kind kind) {
        super(kind.detail);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
