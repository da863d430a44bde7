package dev.afterimage.jobs;

import dev.afterimage.limit.Lane;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a worker from running jobs that would only be put back. When a job must wait for its image API, all jobs of its
 * lane and API are paused for as long, but at most {@link #LONGEST}; then they are tried again, and find out whether the
 * reason is gone. From a lane whose APIs are all paused nothing is claimed. From another lane the queue may hand out a
 * job of a paused API, because it knows nothing of APIs; that job is put back unrun, so that the jobs of other APIs behind it
 * are reached.
 */
final class PausedLanes {

    static final Duration LONGEST = Duration.ofSeconds(30);

    private record LaneOfApi(Lane lane, String api) {}

    private final Set<String> apis;
    private final Duration spacing;
    private final Clock clock;
    private final Map<LaneOfApi, Instant> pausedUntil = new HashMap<>();
    private final Map<LaneOfApi, Instant> lastReturn = new HashMap<>();

    /**
     * No pauses yet.
     *
     * @param apis the names of all APIs
     * @param spacing the time between the returns of two jobs that were put back unrun
     */
    PausedLanes(Set<String> apis, Duration spacing, Clock clock) {
        this.apis = apis;
        this.spacing = spacing;
        this.clock = clock;
    }

    synchronized void pause(Lane lane, Set<String> pausedApis, Duration wait) {
        Instant until = clock.instant().plus(wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
        pausedApis.forEach(api -> pausedUntil.merge(new LaneOfApi(lane, api), until, PausedLanes::later));
    }

    /**
     * For how long a job of this lane and API is to be put back; empty when it may run. Jobs that are put back become
     * available one after another, {@code spacing} apart, the first when the pause ends. So however many there are, and
     * even if the pause is prolonged, a worker claims each of them only now and then.
     */
    synchronized Optional<Duration> putBack(Lane lane, String api) {
        LaneOfApi paused = new LaneOfApi(lane, api);
        Instant now = clock.instant();
        return Optional.ofNullable(pausedUntil.get(paused))
                .filter(now::isBefore)
                .map(until -> {
                    Instant returns =
                            lastReturn.merge(paused, until, (last, first) -> later(last.plus(spacing), first));
                    return Duration.between(now, returns);
                });
    }

    /** The lanes of which at least one API is not paused. */
    synchronized Set<Lane> active() {
        Instant now = clock.instant();
        pausedUntil.values().removeIf(until -> !now.isBefore(until));
        Set<Lane> active = EnumSet.allOf(Lane.class);
        active.removeIf(lane -> apis.stream().allMatch(api -> pausedUntil.containsKey(new LaneOfApi(lane, api))));
        return active;
    }

    /** The time until the next pause ends, at most {@code longest}. */
    synchronized Duration untilNextPauseEnds(Duration longest) {
        Instant now = clock.instant();
        return pausedUntil.values().stream()
                .map(until -> Duration.between(now, until))
                .filter(wait -> !wait.isNegative() && wait.compareTo(longest) < 0)
                .min(Duration::compareTo)
                .orElse(longest);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
