package dev.afterimage.generation.guard;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.GeneratedImage;
import io.smallrye.faulttolerance.api.CustomBackoff;
import io.smallrye.faulttolerance.api.CustomBackoffStrategy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * The retry, outermost of the strategies: runs the work again after a {@link RetryInException}, and after nothing else.
 * The work decides whether and when it is run again, because only it knows what the provider answered and how long the
 * caller waits.
 */
@Singleton
public class RetryGuard {

    /** Runs the work, at most five times in all. The waits between are those that the exceptions name. */
    @Retry(maxRetries = 4, maxDuration = 0, delay = 0, jitter = 0, retryOn = RetryInException.class)
    @CustomBackoff(NamedBackoff.class)
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }

    /** The back-off of {@link RetryGuard}: exactly the wait that the exception names. */
    public static class NamedBackoff implements CustomBackoffStrategy {

        @Override
        public void init(long initialDelayInMillis) {
            // The wait comes with each exception; there is nothing to start from.
        }

        @Override
        public long nextDelayInMillis(Throwable failure) {
            return failure instanceof RetryInException retry
                    ? retry.waitBefore().toMillis()
                    : 0;
        }
    }

    /** Tells {@link RetryGuard} to run the work again after this wait. Does not leave {@code ResilientGenerator}. */
    public static class RetryInException extends RuntimeException {

        private final Duration wait;
        private final GenerationException failure;

        public RetryInException(Duration wait, GenerationException failure) {
            super("retry in " + wait, failure, false, false);
            this.wait = wait;
            this.failure = failure;
        }

        public Duration waitBefore() {
            return wait;
        }

        /** The failure of the call; thrown in place of this one when the retries are used up. */
        public GenerationException failure() {
            return failure;
        }
    }
}
