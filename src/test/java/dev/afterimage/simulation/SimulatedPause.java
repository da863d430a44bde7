package dev.afterimage.simulation;

import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/** Lets a machine's threads wait over simulated time. */
final class SimulatedPause implements Pause {

    private final SimulatedMachine machine;

    SimulatedPause(SimulatedMachine machine) {
        this.machine = machine;
    }

    @Override
    public void await(Duration duration) throws InterruptedException {
        if (!duration.isPositive()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return;
        }
        CountDownLatch passed = new CountDownLatch(1);
        Simulation.Timer timer = machine.after(duration, passed::countDown);
        try {
            passed.await();
        } finally {
            timer.cancel();
        }
    }

    @Override
    public boolean acquire(Semaphore semaphore, int permits, Duration atMost) throws InterruptedException {
        return semaphore.tryAcquire(permits, 0, TimeUnit.NANOSECONDS)
                || endsWithin(atMost, () -> semaphore.acquire(permits));
    }

    @Override
    public boolean lock(Lock lock, Duration atMost) throws InterruptedException {
        return lock.tryLock(0, TimeUnit.NANOSECONDS) || endsWithin(atMost, lock::lockInterruptibly);
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
        return latch.await(0, TimeUnit.NANOSECONDS) || endsWithin(atMost, latch::await);
    }

    @Override
    public <T> T get(Future<T> future, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        CountDownLatch ended = new CountDownLatch(1);
        if (future instanceof CompletableFuture<T> stage) {
            stage.whenComplete((result, failure) -> ended.countDown());
        } else if (!future.isDone()) {
            throw new UnsupportedOperationException("only completable futures tell when they end");
        }
        if (!future.isDone() && !await(ended, atMost)) {
            throw new TimeoutException();
        }
        return future.get();
    }

    @Override
    public <T> CompletableFuture<T> orTimeout(CompletableFuture<T> future, Duration atMost) {
        Simulation.Timer timer =
                machine.after(atMost, () -> future.completeExceptionally(new TimeoutException("simulated")));
        future.whenComplete((result, failure) -> timer.cancel());
        return future;
    }

    /** A wait that only an interrupt ends early. */
    private interface Wait {
        void end() throws InterruptedException;
    }

    private boolean endsWithin(Duration atMost, Wait wait) throws InterruptedException {
        if (!atMost.isPositive()) {
            return false;
        }
        Thread waiting = Thread.currentThread();
        boolean[] fired = new boolean[1];
        boolean[] over = new boolean[1];
        Simulation.Timer timer = machine.after(atMost, () -> {
            if (!over[0]) {
                fired[0] = true;
                waiting.interrupt();
            }
        });
        try {
            wait.end();
            if (fired[0]) {
                Thread.interrupted(); // the timer's, which came too late
            }
            return true;
        } catch (InterruptedException interrupted) {
            if (fired[0]) {
                return false;
            }
            throw interrupted;
        } finally {
            over[0] = true;
            timer.cancel();
        }
    }
}
