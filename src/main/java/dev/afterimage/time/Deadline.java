package dev.afterimage.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The moment by which a piece of work must have ended, carried through every layer so that nobody waits past it.
 *
 * @param at the first instant at which the work is late
 */
public record Deadline(Instant at) {

    /** The deadline that lies {@code patience} from now; a negative one counts as zero. */
    public static Deadline in(Duration patience, Clock clock) {
        return new Deadline(clock.instant().plus(patience.isNegative() ? Duration.ZERO : patience));
    }

    /** The time left, never negative. */
    public Duration remaining(Clock clock) {
        Duration left = Duration.between(clock.instant(), at);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether a wait of this length, started now, would end after the deadline. */
    public boolean forbids(Duration wait, Clock clock) {
        return clock.instant().plus(wait).isAfter(at);
    }

    public boolean hasPassed(Clock clock) {
        return !clock.instant().isBefore(at);
    }

    /** The deadline that lies {@code step} later. */
    public Deadline laterBy(Duration step) {
        return new Deadline(at.plus(step));
    }

    /** The earlier of the two. */
    public Deadline orEarlier(Deadline other) {
        return at.isBefore(other.at) ? this : other;
    }
}
