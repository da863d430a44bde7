package dev.afterimage.generation;

import java.time.Duration;

/**
 * The provider, or the fleet's own limiter, asks to wait. Retried after {@link #retryAfter()} when that lies within 30 s
 * and the caller's deadline, else handed back at once.
 */
public final class ThrottledException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;
    private final boolean byProvider;

    private ThrottledException(String message, Duration retryAfter, boolean byProvider) {
        super(message, null);
        this.retryAfter = retryAfter;
        this.byProvider = byProvider;
    }

    /** The provider answered 429 and named (or was given) this wait. */
    public static ThrottledException byProvider(Duration retryAfter) {
        return new ThrottledException("the provider asks to wait " + retryAfter, retryAfter, true);
    }

    /** The fleet's limiter has no permit within the caller's patience. Nothing was sent. */
    public static ThrottledException byLimiter(Duration retryAfter) {
        return new ThrottledException("no permit for " + retryAfter, retryAfter, false);
    }

    /** Above zero. */
    public Duration retryAfter() {
        return retryAfter;
    }

    public boolean byProvider() {
        return byProvider;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
