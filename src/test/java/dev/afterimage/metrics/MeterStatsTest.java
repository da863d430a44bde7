package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Limits;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MeterStatsTest {

    private static final Limits LIMITS =
            new Limits(10, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, Duration.ofMinutes(2));

    private final MutableClock clock = MutableClock.atSomeTime();
    private final Meters meters = new Meters(new SimpleMeterRegistry());
    private final MeterStats stats = new MeterStats(
            meters,
            unreachableBudget(),
            AccountLimits.of(LIMITS),
            Limiters.memory(LIMITS, clock),
            new MemoryJobQueue(clock),
            clock);

    @Test
    void callsThatGotNoConnectionAreNoCalls() {
        meters.providerAnswers("2xx").increment(3);
        meters.providerAnswers("5xx").increment(2);
        meters.providerAnswers(Meters.UNREACHABLE).increment(7);

        assertThat(stats.get().providerCalls()).isEqualTo(5);
        assertThat(stats.get().provider5xxs()).isEqualTo(2);
    }

    @Test
    void requestsAndTheirHitRatioAreThoseThatSomebodyWaitedFor() {
        meters.requests("interactive", "hit").increment(3);
        meters.requests("interactive", "stored").increment();
        meters.requests("queued", "stored").increment(20);
        meters.requests("bulk", "stored").increment(300);

        assertThat(stats.get().hitRatio()).isEqualTo(0.75);
        assertThat(stats.get().requests()).isEqualTo(new Stats.Requests(3, 0, 1, 0, 0, 0));
    }

    private static CreditBudget unreachableBudget() {
        return (CreditBudget) Proxy.newProxyInstance(
                CreditBudget.class.getClassLoader(), new Class<?>[] {CreditBudget.class}, (self, method, arguments) -> {
                    throw new IllegalStateException("not here");
                });
    }
}
