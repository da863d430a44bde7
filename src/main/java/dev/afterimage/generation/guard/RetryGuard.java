package dev.afterimage.generation.guard;

import dev.afterimage.image.GeneratedImage;
import io.smallrye.faulttolerance.api.CustomBackoff;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * The retry, outermost of the strategies: runs the work again after a {@link RetryInException}, and after nothing else.
 * The work decides whether and when, because only it knows what the provider said and how long the caller waits.
 */
@Singleton
public class RetryGuard {

    /** Runs the work, at most five times in all. The waits between are those that the exceptions name. */
    @Retry(maxRetries = 4, maxDuration = 0, delay = 0, jitter = 0, retryOn = RetryInException.class)
    @CustomBackoff(NamedBackoff.class)
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
