package dev.afterimage.generation;

import dev.afterimage.limit.Permit;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The provider, or the fleet's own limiter, asks to wait. A call throttled by the provider is retried after
 * {@link #retryAfter()}, or after a growing back-off when no wait was named, unless {@link RetryPolicy} finds that too
 * long. Nothing was billed.
 */
public final class ThrottledException extends GenerationException {

    private final @Nullable Duration retryAfter;
    private final @Nullable Duration startsIn;
    private final boolean byProvider;

    private ThrottledException(
            String message, @Nullable Duration retryAfter, @Nullable Duration startsIn, boolean byProvider) {
        super(message, null, Billed.NO);
        this.retryAfter = retryAfter;
        this.startsIn = startsIn;
        this.byProvider = byProvider;
    }

    /** The provider answered 429 and named this wait; empty when it named none. */
    public static ThrottledException byProvider(Optional<Duration> retryAfter) {
        return retryAfter
                .map(ThrottledException::byProvider)
                .orElseGet(() -> new ThrottledException("the provider asks to wait", null, null, true));
    }

    /** The provider answered 429 and named this wait. */
    public static ThrottledException byProvider(Duration retryAfter) {
        return new ThrottledException("the provider asks to wait " + retryAfter, retryAfter, retryAfter, true);
    }

    /** The fleet's limiter has no permit within the caller's patience. Nothing was sent. */
    public static ThrottledException byLimiter(Permit.Denied denied) {
        return new ThrottledException(
                "no permit for " + denied.retryAfter(), denied.retryAfter(), denied.startsIn(), false);
    }

    /** The limiter has no permit for this long, whatever the caller's patience. Nothing was sent. */
    public static ThrottledException byLimiter(Duration retryAfter) {
        return new ThrottledException("no permit for " + retryAfter, retryAfter, retryAfter, false);
    }

    /** The wait, above zero. Empty when the provider named none; the limiter always names one. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The wait after which a request without a deadline for its answer, such as a job, may try again; zero or more. Empty
     * when the provider named no wait.
     */
    public Optional<Duration> startsIn() {
        return Optional.ofNullable(startsIn);
    }

    public boolean byProvider() {
        return byProvider;
    }
}
