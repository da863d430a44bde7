package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

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

    @Test
    void limitOfZeroIsRefused() {
        assertThatThrownBy(() -> quota(OptionalInt.of(0))).hasMessageContaining("afterimage.quota.per-caller");
    }
}
