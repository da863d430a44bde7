package dev.afterimage.generation;

import org.jspecify.annotations.Nullable;

/**
 * The request left, and no answer came (time-out, 504, connection lost). It may have been billed, so it is not retried
 * unless the operator says so.
 */
public final class OutcomeUnknownException extends GenerationException {

    private static final long serialVersionUID = 1L;

    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Billed billed() {
        return Billed.MAYBE;
    }
}
