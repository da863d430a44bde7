package dev.afterimage.limit;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

class MemoryCallerQuotaTest extends CallerQuotaContract {

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-04T12:48:00Z"));

    @Override
    protected CallerQuota quota(OptionalInt limit) {
        return new MemoryCallerQuota(limit, clock);
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }
}
