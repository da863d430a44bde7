package dev.afterimage.limit;

import org.jspecify.annotations.Nullable;

/**
 * The fleet's limiter or quota cannot be asked now; what was asked may or may not have been done. Nothing is bought
 * then. The message is for the operator and holds no secret.
 */
public class LimiterUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LimiterUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
