package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs work on another thread and interrupts it at a deadline, for work that does not check the deadline itself. */
final class DeadlineRunner {

    private final ExecutorService threads;
    private final Clock clock;

    DeadlineRunner(ExecutorService threads, Clock clock) {
        this.threads = threads;
        this.clock = clock;
    }

    /**
     * Waits for the work or the deadline, whichever comes first.
     *
     * @throws TimeoutException when the deadline came first
     */
    <T> T call(Callable<T> work, Deadline deadline) throws InterruptedException, ExecutionException, TimeoutException {
        Future<T> result = threads.submit(work);
        try {
            return result.get(deadline.remaining(clock).toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            result.cancel(true);
        }
    }
}
