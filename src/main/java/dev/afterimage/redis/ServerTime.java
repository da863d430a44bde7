package dev.afterimage.redis;

import java.util.concurrent.atomic.AtomicReference;

/**
 * An estimate of the difference between this process's clock and the server's. Each answer carries the server's time,
 * which was read after the command was sent and before the answer came. All answers together narrow the difference down
 * to less than the quickest round trip, so that a slow one does not make a call leave late. All times are nanoseconds.
 */
final class ServerTime {

    /** The clocks may drift apart by one part in this many, which is more than synchronised clocks ever do. */
    private static final long DRIFT = 1_000;

    /**
     * The bounds of this process's time minus the server's.
     *
     * @param at when this was known, in this process's time
     */
    record Difference(long least, long most, long at) {

        private Difference narrowedBy(Difference other) {
            long drift = Math.abs(other.at - at) / DRIFT;
            long newLeast = Math.max(least - drift, other.least);
            long newMost = Math.min(most + drift, other.most);
            // Where both cannot be true, the server's clock was set, or it is another server.
            return newLeast <= newMost ? new Difference(newLeast, newMost, other.at) : other;
        }

        /** The latest time here at which it can be {@code serverTime} at the server. */
        long latest(long serverTime) {
            return serverTime + most;
        }

        /** The earliest time here at which it can be {@code serverTime} at the server. */
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
