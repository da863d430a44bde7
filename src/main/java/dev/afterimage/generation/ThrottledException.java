package dev.afterimage.generation;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The provider, or the fleet's own limiter, asks to wait. A call throttled by the provider is retried after
 * {@link #retryAfter()}, or after a growing back-off when no wait was named, unless {@link RetryPolicy} finds that too
 * long. Nothing was billed.
 */
public final class ThrottledException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;
    private final boolean byProvider;

    private ThrottledException(String message, @Nullable Duration retryAfter, boolean byProvider) {
        super(message, null);
        this.retryAfter = retryAfter;
        this.byProvider = byProvider;
    }

    /** The provider answered 429 and named this wait; empty when it named none. */
    public static ThrottledException byProvider(Optional<Duration> retryAfter) {
        return retryAfter
                .map(ThrottledException::byProvider)
                .orElseGet(() -> new ThrottledException("the provider asks to wait", null, true));
    }

    /** The provider answered 429 and named this wait. */
    public static ThrottledException byProvider(Duration retryAfter) {
        return new ThrottledException("the provider asks to wait " + retryAfter, retryAfter, true);
    }

    /** The fleet's limiter has no permit within the caller's patience. Nothing was sent. */
    public static ThrottledException byLimiter(Duration retryAfter) {
        return new ThrottledException("no permit for " + retryAfter, retryAfter, false);
    }

    /** Above zero. Empty when the provider named no wait; the limiter always names one. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    public boolean byProvider() {
        return byProvider;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
