package dev.afterimage.singleflight;

import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Coalesces equal work in this process: while the work for a key is running, everyone who asks for that key joins it.
 * The work runs on a thread of its own and no caller's deadline ends it, so a caller that gives up stops nobody.
 *
 * @param <K> what makes work equal
 * @param <T> what the work brings; never null
 */
public final class SingleFlight<K, T> {

    private final ConcurrentMap<K, Result<T>> running = new ConcurrentHashMap<>();
    private final Executor executor;
    private final Clock clock;
    private final Pause pause;

    /**
     * Nothing is running at first.
     *
     * @param executor starts each work at once on its own thread, such as a virtual thread per task
     */
    public SingleFlight(Executor executor, Clock clock, Pause pause) {
        this.executor = executor;
        this.clock = clock;
        this.pause = pause;
    }

    /** Joins the flight of this key; starts {@code work} when there is none. */
    public Flight join(K key, Callable<T> work) {
        Result<T> result = new Result<>();
        Result<T> other = running.putIfAbsent(key, result);
        if (other != null) {
            return new Flight(other, false);
        }
        try {
            executor.execute(() -> run(key, work, result));
        } catch (RejectedExecutionException shuttingDown) {
            running.remove(key, result);
            result.completeExceptionally(shuttingDown);
        }
        return new Flight(result, true);
    }

    /** Whether work for this key is running that others can join. */
    public boolean isFlying(K key) {
        return running.containsKey(key);
    }

    /**
     * Forgets what is running for this key: later callers start new work, and those who have joined still get the result.
     */
    public void forget(K key) {
        running.remove(key);
    }

    /** Does the work. Frees the key before it wakes those who wait, so that they can start the next flight. */
    private void run(K key, Callable<T> work, Result<T> result) {
        try {
            T brought = work.call();
            running.remove(key, result);
            result.complete(brought);
        } catch (Throwable failure) { // an Error must not strand those who wait
            running.remove(key, result);
            result.completeExceptionally(failure);
        }
    }

    /** What the work brings, and how many followers wait for it now. */
    private static final class Result<T> extends CompletableFuture<T> {

        private final AtomicInteger followers = new AtomicInteger();
    }

    /** One caller's part in work that may be shared. Giving up early, by deadline or interruption, stops nothing. */
    public final class Flight {

        private final Result<T> result;
        private final boolean led;
        /** Whether this caller is counted among the followers that wait. */
        private boolean counted;

        private Flight(Result<T> result, boolean led) {
            this.result = result;
            this.led = led;
        }

        /** Whether this caller started the work; false when another had. */
        public boolean led() {
            return led;
        }

        /**
         * Counts this caller among those who wait, unless there are {@code mostFollowers} already; the leader may always
         * wait. After true, call {@link #await}, which takes the caller out of the count.
         */
        public boolean tryToWait(int mostFollowers) {
            if (led || result.followers.incrementAndGet() <= mostFollowers) {
                counted = !led;
                return true;
            }
            result.followers.decrementAndGet();
            return false;
        }

        /**
         * Waits for the end of the work.
         *
         * @return what it brought; empty when the deadline came first
         * @throws RuntimeException the very failure of the work; a checked one in a {@link CompletionException}
         */
        public Optional<T> await(Deadline deadline) throws InterruptedException {
            try {
                return Optional.of(pause.get(result, deadline.remaining(clock)));
            } catch (TimeoutException late) {
                return Optional.empty();
            } catch (ExecutionException failed) {
                throw rethrow(failed);
            } finally {
                if (counted) {
                    counted = false;
                    result.followers.decrementAndGet();
                }
            }
        }

        private static RuntimeException rethrow(ExecutionException failed) {
            return switch (failed.getCause()) {
                case RuntimeException unchecked -> unchecked;
                case Error error -> throw error;
                case Throwable checked -> new CompletionException(checked);
                case null -> new CompletionException(failed);
            };
        }
    }
}
