package dev.afterimage.jobs;

import dev.afterimage.limit.Lane;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Keeps a worker from claiming jobs that would only be put back. When a job of a lane must wait, the lane is paused for
 * as long, but at most {@link #LONGEST}; then jobs are claimed again, and find out whether the reason is gone.
 */
final class PausedLanes {

    static final Duration LONGEST = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<Lane, Instant> pausedUntil = new EnumMap<>(Lane.class);

    PausedLanes(Clock clock) {
        this.clock = clock;
    }

    synchronized void pause(Lane lane, Duration wait) {
        Instant until = clock.instant().plus(wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
        pausedUntil.merge(lane, until, (one, other) -> one.isAfter(other) ? one : other);
    }

    /** The lanes that are not paused. */
    synchronized Set<Lane> active() {
        Instant now = clock.instant();
        pausedUntil.values().removeIf(until -> !now.isBefore(until));
        Set<Lane> active = EnumSet.allOf(Lane.class);
        active.removeAll(pausedUntil.keySet());
        return active;
    }

    /** The time until the next pause ends, at most {@code longest}. */
    synchronized Duration untilNextIsActive(Duration longest) {
        Instant now = clock.instant();
        return pausedUntil.values().stream()
                .map(until -> Duration.between(now, until))
                .filter(wait -> !wait.isNegative() && wait.compareTo(longest) < 0)
                .min(Duration::compareTo)
                .orElse(longest);
    }
}
