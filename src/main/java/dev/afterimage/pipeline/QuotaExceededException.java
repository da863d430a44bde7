package dev.afterimage.pipeline;

import java.time.Duration;

/** The caller used up its hour. Nothing was asked of the provider. */
public class QuotaExceededException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    public QuotaExceededException(Duration retryAfter) {
        super("the caller's quota is used up");
        this.retryAfter = retryAfter;
    }

    /** Until the next hour begins. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
