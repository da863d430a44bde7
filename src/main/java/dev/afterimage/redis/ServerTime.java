package dev.afterimage.redis;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What this process knows of the server's clock. Each answer carries the server's time, which was read after the question was
 * sent and before the answer came; what holds for all answers narrows the difference of the two clocks down to less than the
 * quickest round trip, so that a slow one doesn't make a call leave late. All times are nanoseconds.
 */
final class ServerTime {

    /** The clocks may drift apart by one part in this many, which is more than clocks that are synchronised ever do. */
    private static final long DRIFT = 1_000;

    /**
     * This process' time minus the server's, as far as is known.
     *
     * @param at when, in this process' time
     */
    record Difference(long least, long most, long at) {

        private Difference narrowedBy(Difference other) {
            long drift = Math.abs(other.at - at) / DRIFT;
            long newLeast = Math.max(least - drift, other.least);
            long newMost = Math.min(most + drift, other.most);
            // A server's clock that was set, or another server.
            return newLeast <= newMost ? new Difference(newLeast, newMost, other.at) : other;
        }

        /** The last moment of this process' time at which it may be {@code serverTime}. */
        long latest(long serverTime) {
            return serverTime + most;
        }

        /** The first moment of this process' time at which it may be {@code serverTime}. */
        long earliest(long serverTime) {
            return serverTime + least;
        }
    }

    private final AtomicReference<Difference> known =
            new AtomicReference<>(new Difference(Long.MIN_VALUE / 4, Long.MAX_VALUE / 4, 0));

    /** Learns from an answer, and says what is known now. */
    Difference learn(long sent, long serverTime, long received) {
        Difference seen = new Difference(sent - serverTime, received - serverTime, received);
        return known.updateAndGet(before -> before.narrowedBy(seen));
    }
}
