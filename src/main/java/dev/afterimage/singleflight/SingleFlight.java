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

/**
 * Coalesces equal work in this process: while the work for a key is running, everyone who asks for that key joins it. The
 * work runs on a thread of its own and has no deadline of any caller's, so a caller that gives up stops nobody.
 *
 * @param <K> what makes work equal
 * @param <T> what the work brings; never null
 */
public final class SingleFlight<K, T> {

    private final ConcurrentMap<K, CompletableFuture<T>> running = new ConcurrentHashMap<>();
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
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<T> other = running.putIfAbsent(key, result);
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

    /** Lets nobody else join what is running now; it goes on for those who have joined. */
    public void part(K key) {
        running.remove(key);
    }

    /** The key is free before those who wait are told of the end, so that they can start the next flight. */
    private void run(K key, Callable<T> work, CompletableFuture<T> result) {
        try {
            T brought = work.call();
            running.remove(key, result);
            result.complete(brought);
        } catch (Throwable failure) { // an Error must not strand those who wait
            running.remove(key, result);
            result.completeExceptionally(failure);
        }
    }

    /** One caller's part in work that may be shared. Giving up early, by deadline or interruption, stops nothing. */
    public final class Flight {

        private final CompletableFuture<T> result;
        private final boolean led;

        private Flight(CompletableFuture<T> result, boolean led) {
            this.result = result;
            this.led = led;
        }

        /** Whether this caller started the work; false when another had. */
        public boolean led() {
            return led;
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
