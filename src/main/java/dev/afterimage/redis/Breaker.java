package dev.afterimage.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A circuit breaker: after a number of failures in a row it lets nothing pass for a while, then one at a time, until one
 * succeeds.
 */
final class Breaker {

    /**
     * What it knows.
     *
     * @param failures in a row
     * @param closedUntil when the rest is over; meaningless while there are fewer failures than it takes
     */
    private record State(int failures, long closedUntil) {}

    private static final State SOUND = new State(0, 0);

    private final int threshold;
    private final long rest;
    private final LongSupplier nanoTime;
    private final AtomicReference<State> state = new AtomicReference<>(SOUND);

    Breaker(int threshold, Duration rest, LongSupplier nanoTime) {
        this.threshold = threshold;
        this.rest = rest.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Whether one may pass now. The one that ends a rest begins the next one, which its success cuts short. */
    boolean lets() {
        State seen = state.get();
        if (seen.failures() < threshold) {
            return true;
        }
        long now = nanoTime.getAsLong();
        return now - seen.closedUntil() >= 0 && state.compareAndSet(seen, new State(seen.failures(), now + rest));
    }

    /** Whether it failed the last time, and has not failed so often that it is given a rest. */
    boolean isInDoubt() {
        int failures = state.get().failures();
        return failures > 0 && failures < threshold;
    }

    void succeeded() {
        if (state.get().failures() > 0) {
            state.set(SOUND);
        }
    }

    void failed() {
        state.updateAndGet(seen ->
                seen.failures() < threshold ? new State(seen.failures() + 1, nanoTime.getAsLong() + rest) : seen);
    }
}
