package dev.afterimage.generation.guard;

import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.GeneratedImage;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * The circuit breaker: when half of the last 20 calls failed, none leaves for 5 s. Only an unavailable provider and
 * unknown outcomes count as failures; throttling and rejections are answers of a provider that works.
 */
@Singleton
public class BreakerGuard {

    /**
     * Runs the work unless the circuit is open.
     *
     * @throws org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException when it is
     */
    @CircuitBreaker(
            requestVolumeThreshold = 20,
            failureRatio = 0.5,
            delay = 5000,
            successThreshold = 2,
            failOn = {UnavailableException.class, OutcomeUnknownException.class},
            skipOn = KeyUnavailableException.class)
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
