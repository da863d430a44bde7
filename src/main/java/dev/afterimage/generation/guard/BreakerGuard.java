package dev.afterimage.generation.guard;

import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.image.GeneratedImage;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * Stops asking a provider that is down: after half of 20 calls failed, none leaves for 5 s. Only what says "down" counts;
 * throttling and rejections are answers of a provider that is well.
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
            failOn = {UnavailableException.class, OutcomeUnknownException.class})
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
