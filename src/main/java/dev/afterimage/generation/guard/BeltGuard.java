package dev.afterimage.generation.guard;

import dev.afterimage.image.GeneratedImage;
import io.smallrye.faulttolerance.api.RateLimit;
import io.smallrye.faulttolerance.api.RateLimitType;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Timeout;

/**
 * The local second belt around one call at the provider. The fleet's limiter has already said yes; should it ever be wrong,
 * one process alone still cannot exceed the provider's limits. The figures here are the defaults of the design; at run time
 * {@code afterimage.provider.rate}, {@code .rate-window}, {@code .timeout} and {@code .concurrency} take their place.
 */
@Singleton
public class BeltGuard {

    /** Runs the work if the local limits allow it, and interrupts it when it takes too long. */
    @RateLimit(value = 10, window = 1, type = RateLimitType.FIXED)
    @Timeout(60_000)
    @Bulkhead(1000)
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
