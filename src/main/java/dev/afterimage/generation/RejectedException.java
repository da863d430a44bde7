package dev.afterimage.generation;

/**
 * The provider refuses the request for good: it would fail again until somebody changes the request or the template. Not
 * retried. Nothing was billed.
 */
public final class RejectedException extends GenerationException {

    /** What the caller has to change. */
    public enum Reason {
        /** There is no such template. */
        TEMPLATE,
        /** The data does not fit the template, or the format is not offered. */
        DATA,
        /** The provider's moderation refused what it shows. */
        MODERATED
    }

    private final Reason reason;

    /**
     * A rejection by the provider.
     *
     * @param message how to mend the request; shown to the caller
     */
    public RejectedException(Reason reason, String message) {
        super(message, null, Billed.NO);
        this.reason = reason;
    }

    /**
     * The remembered rejection of an earlier call; none was made now.
     *
     * @param detail the reason's name, a space, and the message, as {@link CallSettler#settleFailed} writes it
     */
    public static RejectedException remembered(String detail) {
        int space = detail.indexOf(' ');
        return new RejectedException(Reason.valueOf(detail.substring(0, space)), detail.substring(space + 1));
    }

    public Reason reason() {
        return reason;
    }
}
