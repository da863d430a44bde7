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
 * Keeps a worker from claiming jobs that would only be put back. When a job of a lane must wait, the lane is shut for as
 * long, but at most {@link #LONGEST}; then a few jobs find out whether the reason is gone.
 */
final class LaneGate {

    static final Duration LONGEST = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<Lane, Instant> shutUntil = new EnumMap<>(Lane.class);

    LaneGate(Clock clock) {
        this.clock = clock;
    }

    synchronized void shut(Lane lane, Duration wait) {
        Instant until = clock.instant().plus(wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
        shutUntil.merge(lane, until, (one, other) -> one.isAfter(other) ? one : other);
    }

    synchronized Set<Lane> open() {
        Instant now = clock.instant();
        shutUntil.values().removeIf(until -> !now.isBefore(until));
        Set<Lane> open = EnumSet.allOf(Lane.class);
        open.removeAll(shutUntil.keySet());
        return open;
    }

    /** The time until the next shut lane opens, at most {@code longest}. */
    synchronized Duration untilNextOpens(Duration longest) {
        Instant now = clock.instant();
        return shutUntil.values().stream()
                .map(until -> Duration.between(now, until))
                .filter(wait -> !wait.isNegative() && wait.compareTo(longest) < 0)
                .min(Duration::compareTo)
                .orElse(longest);
    }
}
