package dev.afterimage.generation;

import org.jspecify.annotations.Nullable;

/**
 * The request left, and nobody knows how it ended: no answer came (time-out, connection lost), or one that doesn't say
 * whether the image was made (500, 502, 504). It may have been billed, so it is not retried unless the operator says so.
 */
public final class OutcomeUnknownException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final boolean serverError;

    /** No answer came, or the provider answered that it gave up waiting. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private OutcomeUnknownException(String message, @Nullable Throwable cause, boolean serverError) {
        super(message, cause);
        this.serverError = serverError;
    }

    /** The provider answered that something went wrong there. */
    public static OutcomeUnknownException serverError(String message) {
        return new OutcomeUnknownException(message, null, true);
    }

    /** Whether the provider answered with an error of its own, and not too late or not at all. */
    public boolean serverError() {
        return serverError;
    }

    @Override
    public Billed billed() {
        return Billed.MAYBE;
    }
}
