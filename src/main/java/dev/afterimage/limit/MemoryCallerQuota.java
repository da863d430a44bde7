package dev.afterimage.limit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/** The callers' quotas of one process, in its memory. An hour's counts are forgotten when the next hour begins. */
public final class MemoryCallerQuota implements CallerQuota {

    private static final long SECONDS_OF_AN_HOUR = Duration.ofHours(1).toSeconds();

    private final OptionalInt limit;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Caller, Integer> spent = new HashMap<>();
    private Instant hour = Instant.MIN;

    /**
     * A quota with no requests counted yet.
     *
     * @param limit requests per caller and clock hour, at least 1; empty allows everything and counts nothing
     */
    public MemoryCallerQuota(OptionalInt limit, Clock clock) {
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public Decision spend(Caller caller) {
        if (limit.isEmpty()) {
            return new Decision.Allowed(0);
        }
        lock.lock();
        try {
            Instant now = advance();
            int before = spent.getOrDefault(caller, 0);
            if (before >= limit.getAsInt()) {
                return new Decision.Exceeded(Duration.between(now, hour.plus(1, ChronoUnit.HOURS)));
            }
            spent.put(caller, before + 1);
            return counted();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void giveBack(Caller caller, Decision.Allowed counted) {
        lock.lock();
        try {
            advance();
            if (!counted.equals(counted())) {
                return;
            }
            spent.computeIfPresent(caller, (same, count) -> count == 1 ? null : count - 1);
        } finally {
            lock.unlock();
        }
    }

    private Decision.Allowed counted() {
        return new Decision.Allowed(hour.getEpochSecond() / SECONDS_OF_AN_HOUR);
    }

    private Instant advance() {
        Instant now = clock.instant();
        Instant current = now.truncatedTo(ChronoUnit.HOURS);
        if (current.isAfter(hour)) {
            hour = current;
            spent.clear();
        }
        return now;
    }
}
