package dev.afterimage.generation;

import org.jspecify.annotations.Nullable;

/**
 * The provider is down and has not begun to work on the call (refused connection, 503, open circuit). Nothing was billed;
 * retried with back-off.
 */
public final class UnavailableException extends GenerationException {

    private final boolean failedFast;

    public UnavailableException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private UnavailableException(String message, @Nullable Throwable cause, boolean failedFast) {
        super(message, cause, Billed.NO);
        this.failedFast = failedFast;
    }

    /** The circuit breaker is open: nothing was tried, and a retry would be useless. */
    public static UnavailableException circuitOpen(Throwable cause) {
        return new UnavailableException("the provider failed too often; no call is tried now", cause, true);
    }

    /** Whether nothing was tried, because the provider is known to be down. */
    public boolean failedFast() {
        return failedFast;
    }
}
