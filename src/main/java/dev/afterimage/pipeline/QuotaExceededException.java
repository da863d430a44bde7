package dev.afterimage.pipeline;

import java.time.Duration;

/** The caller has used up its quota of this hour. The provider was not asked. */
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
