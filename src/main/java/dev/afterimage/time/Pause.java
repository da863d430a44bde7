package dev.afterimage.time;

import java.time.Duration;

/**
 * Lets time pass. Production code parks the calling (virtual) thread; tests move a clock, so that no test sleeps.
 */
@FunctionalInterface
public interface Pause {

    /**
     * Returns after {@code duration}; at once when it is zero or negative.
     *
     * @throws InterruptedException when the waiting thread is cancelled
     */
    void await(Duration duration) throws InterruptedException;
}
