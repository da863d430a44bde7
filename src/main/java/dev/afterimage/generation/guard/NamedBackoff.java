package dev.afterimage.generation.guard;

import io.smallrye.faulttolerance.api.CustomBackoffStrategy;

/** The back-off of {@link RetryGuard}: exactly the wait that the exception names. */
public class NamedBackoff implements CustomBackoffStrategy {

    @Override
    public void init(long initialDelayInMillis) {
        // The wait comes with each exception; there is nothing to start from.
    }

    @Override
    public long nextDelayInMillis(Throwable failure) {
        return failure instanceof RetryInException retry ? retry.waitBefore().toMillis() : 0;
    }
}
