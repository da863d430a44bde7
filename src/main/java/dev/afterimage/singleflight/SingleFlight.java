package dev.afterimage.singleflight;

import dev.afterimage.time.Pause;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Coalesces equal work in this process: while a key is flying, everyone who asks for it gets a seat in the same flight.
 * The work runs on a thread of its own and has no deadline of any caller's, so a caller that gives up stops nobody.
 *
 * @param <K> what makes work equal
 * @param <T> what the work brings; never null
 */
public final class SingleFlight<K, T> {

    private final ConcurrentMap<K, Landing<T>> flying = new ConcurrentHashMap<>();
    /** The end of a piece of work, and how many followers wait for it now. */
    static final class Landing<T> extends CompletableFuture<T> {

        final AtomicInteger followers = new AtomicInteger();
    }

    private final Executor executor;
    private final Clock clock;
    private final Pause pause;

    /**
     * With nothing flying.
     *
     * @param executor starts each work at once on its own thread, such as a virtual thread per task
     */
    public SingleFlight(Executor executor, Clock clock, Pause pause) {
        this.executor = executor;
        this.clock = clock;
        this.pause = pause;
    }

    /** Takes a seat in the flight of this key; starts {@code work} when there is none. */
    public Flight<T> join(K key, Callable<T> work) {
        Landing<T> landing = new Landing<>();
        Landing<T> other = flying.putIfAbsent(key, landing);
        if (other != null) {
            return new Flight<>(other, false, clock, pause);
        }
        try {
            executor.execute(() -> fly(key, work, landing));
        } catch (RejectedExecutionException shuttingDown) {
            flying.remove(key, landing);
            landing.completeExceptionally(shuttingDown);
        }
        return new Flight<>(landing, true, clock, pause);
    }

    public boolean isFlying(K key) {
        return flying.containsKey(key);
    }

    /** Lets nobody else join what is flying now; it goes on for those who have. */
    public void part(K key) {
        flying.remove(key);
    }

    /** Whoever learns of the end finds the key free: a flight leaves the map before those aboard are woken. */
    private void fly(K key, Callable<T> work, Landing<T> landing) {
        try {
            T result = work.call();
            flying.remove(key, landing);
            landing.complete(result);
        } catch (Throwable failure) { // an Error must not strand those who wait
            flying.remove(key, landing);
            landing.completeExceptionally(failure);
        }
    }
}
