package dev.afterimage.time;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/**
 * All waits of the core that end after some time. In production they park the calling (virtual) thread; in tests a clock is
 * moved, so that no test sleeps; in the simulated fleet they wait for simulated time.
 *
 * <p>A wait for a semaphore, lock, latch or result ends as soon as that is available, or with an
 * {@link InterruptedException} when the waiting thread is cancelled. These waits use the system's time unless an
 * implementation overrides them.
 */
@FunctionalInterface
public interface Pause {

    /**
     * Returns after {@code duration}; at once when it is zero or negative.
     *
     * @throws InterruptedException when the waiting thread is cancelled
     */
    void await(Duration duration) throws InterruptedException;

    /** Waits for permits of a semaphore, for {@code atMost} at most, and says whether it got them. */
    default boolean acquire(Semaphore semaphore, int permits, Duration atMost) throws InterruptedException {
        return semaphore.tryAcquire(permits, TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
    }

    /** Waits for a lock, for {@code atMost} at most, and says whether it is held now. */
    default boolean lock(Lock lock, Duration atMost) throws InterruptedException {
        return lock.tryLock(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
    }

    /** Waits for a latch, for {@code atMost} at most, and says whether it was opened. */
    default boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
        return latch.await(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits for a result.
     *
     * @throws TimeoutException when it has not come after {@code atMost}; the work goes on
     */
    default <T> T get(Future<T> future, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
    }

    /** The same future, which fails with a {@link TimeoutException} when it has not ended after {@code atMost}. */
    default <T> CompletableFuture<T> orTimeout(CompletableFuture<T> future, Duration atMost) {
        return future.orTimeout(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
    }
}
