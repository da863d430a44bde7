package dev.afterimage.generation.guard;

import io.smallrye.faulttolerance.api.RateLimit;
import io.smallrye.faulttolerance.api.RateLimitType;
import jakarta.inject.Singleton;

/**
 * A second rate limit within each process, passed at the moment of departure. Should the fleet's limiter ever be wrong,
 * one process alone makes at most {@code rate} calls in each fixed window, and so at most twice as many in any window
 * of that length. {@code afterimage.provider.rate} and {@code .rate-window} take the place of the figures here.
 */
@Singleton
public class LocalRateLimit {

    /**
     * Returns at once when the call may leave; never waits.
     *
     * @throws io.smallrye.faulttolerance.api.RateLimitException when this process alone would be too fast
     */
    @RateLimit(value = 10, window = 1, type = RateLimitType.FIXED)
    public void pass() {
        // The annotation does the work.
    }
}
