package dev.afterimage.metrics;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.testing.MutableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FleetGaugesTest {

    private static final QueueStatus JOBS = new QueueStatus(3, 40, Optional.of(Duration.ofMillis(1500)), 2);

    private final MutableClock clock = MutableClock.atSomeTime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void eachNumberOfTheFleetHasAGauge() {
        register(() -> JOBS, OptionalLong.of(100));
        assertThat(gauge(Meters.QUEUE_DEPTH, "lane", "interactive")).isEqualTo(3);
        assertThat(gauge(Meters.QUEUE_DEPTH, "lane", "bulk")).isEqualTo(40);
        assertThat(gauge(Meters.QUEUE_AGE)).isEqualTo(1.5);
        assertThat(gauge(Meters.DEAD_LETTERS)).isEqualTo(2);
        assertThat(gauge(Meters.CREDITS_USED)).isEqualTo(30);
        assertThat(gauge(Meters.CREDITS_LEFT)).isEqualTo(70);
        assertThat(gauge(Meters.CREDITS_LIMIT)).isEqualTo(100);
        assertThat(gauge(Meters.COOL_DOWN_LEFT)).isEqualTo(9);
    }

    @Test
    void failingPortMakesOnlyItsOwnGaugesNaN() {
        register(
                () -> {
                    throw new QueueUnavailableException("gone", new IllegalStateException());
                },
                OptionalLong.of(100));
        assertThat(gauge(Meters.QUEUE_AGE)).isNaN();
        assertThat(gauge(Meters.CREDITS_USED)).isEqualTo(30);
    }

    @Test
    void withoutABudgetCreditsLeftIsNaN() {
        register(() -> JOBS, OptionalLong.empty());
        assertThat(gauge(Meters.CREDITS_LEFT)).isNaN();
        assertThat(gauge(Meters.CREDITS_USED)).isEqualTo(30);
    }

    @Test
    void unknownAgeOfTheOldestJobIsNaN() {
        register(() -> new QueueStatus(3, 40, Optional.empty(), 2), OptionalLong.empty());
        assertThat(gauge(Meters.QUEUE_AGE)).isNaN();
        assertThat(gauge(Meters.DEAD_LETTERS)).isEqualTo(2);
    }

    @Test
    void gaugeReadingsAreCachedForAWhile() {
        AtomicInteger asked = new AtomicInteger();
        register(
                () -> {
                    asked.incrementAndGet();
                    return JOBS;
                },
                OptionalLong.empty());
        gauge(Meters.QUEUE_AGE);
        gauge(Meters.DEAD_LETTERS);
        clock.advance(Duration.ofSeconds(4));
        gauge(Meters.QUEUE_AGE);
        assertThat(asked).hasValue(1);
        clock.advance(Duration.ofSeconds(1));
        gauge(Meters.QUEUE_AGE);
        assertThat(asked).hasValue(2);
    }

    @Test
    void failureOfAPortIsCachedToo() {
        AtomicInteger asked = new AtomicInteger();
        register(
                () -> {
                    asked.incrementAndGet();
                    throw new QueueUnavailableException("gone", new IllegalStateException());
                },
                OptionalLong.empty());
        gauge(Meters.QUEUE_AGE);
        gauge(Meters.QUEUE_AGE);
        assertThat(asked).hasValue(1);
    }

    @Test
    void eachAccountHasGaugesOfItsOwn() {
        LaneStop stop = new LaneStop(LaneStop.Reason.ACCESS_REFUSED, clock.instant());
        new FleetGauges(
                        new Meters(registry),
                        () -> {
                            throw new QueueUnavailableException("gone", new IllegalStateException());
                        },
                        () -> new CreditBudget.Status(3, OptionalLong.empty()),
                        () -> new LimiterStatus(List.of(
                                new LimiterStatus.Account("one", Duration.ofSeconds(9), 0, List.of()),
                                new LimiterStatus.Account("two", Duration.ZERO, 0, List.of(stop)))),
                        clock)
                .registerAccounts(
                        List.of("one", "two"),
                        name -> new CreditBudget.Status(
                                1, name.equals("one") ? OptionalLong.of(10) : OptionalLong.empty()));

        assertThat(gauge(Meters.ACCOUNT_COOL_DOWN_LEFT, Meters.ACCOUNT, "one")).isEqualTo(9);
        assertThat(gauge(Meters.ACCOUNT_COOL_DOWN_LEFT, Meters.ACCOUNT, "two")).isZero();
        assertThat(gauge(Meters.ACCOUNT_STOPPED, Meters.ACCOUNT, "one")).isZero();
        assertThat(gauge(Meters.ACCOUNT_STOPPED, Meters.ACCOUNT, "two")).isOne();
        assertThat(gauge(Meters.ACCOUNT_CREDITS_LEFT, Meters.ACCOUNT, "one")).isEqualTo(9);
        assertThat(gauge(Meters.ACCOUNT_CREDITS_LEFT, Meters.ACCOUNT, "two")).isNaN();
    }

    private void register(Supplier<QueueStatus> queue, OptionalLong limit) {
        new FleetGauges(
                        new Meters(registry),
                        queue,
                        () -> new CreditBudget.Status(30, limit),
                        () -> new LimiterStatus(List.of(
                                new LimiterStatus.Account(DEFAULT_ACCOUNT, Duration.ofSeconds(9), 0, List.of()))),
                        clock)
                .register();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }
}
