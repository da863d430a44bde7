package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CallerQuota.Decision.Allowed;
import dev.afterimage.limit.CallerQuota.Decision.Exceeded;
import dev.afterimage.testing.MutableClock;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FallbackCallerQuotaTest {

    private static final Caller ANN = new Caller("ann");

    private final MutableClock clock = new MutableClock();
    private final AtomicInteger fallbacks = new AtomicInteger();
    private boolean lost;

    private final CallerQuota fleet = new CallerQuota() {
        private final CallerQuota next = new MemoryCallerQuota(OptionalInt.of(3), clock);

        @Override
        public Decision spend(Caller caller) {
            failIfLost();
            return next.spend(caller);
        }

        @Override
        public void giveBack(Caller caller, Decision.Allowed counted) {
            failIfLost();
            next.giveBack(caller, counted);
        }
    };

    private final CallerQuota quota =
            new FallbackCallerQuota(fleet, new MemoryCallerQuota(OptionalInt.of(2), clock), fallbacks::incrementAndGet);

    private void failIfLost() {
        if (lost) {
            throw new FleetUnavailableException("lost", new IllegalStateException());
        }
    }

    @Test
    void fleetsQuotaIsUsedWhileItAnswers() {
        quota.spend(ANN);
        quota.spend(ANN);

        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isInstanceOf(Exceeded.class);
        assertThat(fallbacks).hasValue(0);
    }

    @Test
    void instanceCountsByItselfWhileTheFleetIsUnavailable() {
        lost = true;

        Allowed counted = (Allowed) quota.spend(ANN);
        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isInstanceOf(Exceeded.class);
        quota.giveBack(ANN, counted);
        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(fallbacks).hasValue(5);
    }
}
