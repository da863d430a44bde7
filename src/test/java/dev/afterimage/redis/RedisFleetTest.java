package dev.afterimage.redis;

import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.DepartureLog;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Four instances on one Redis, in real time. */
@Timeout(120)
class RedisFleetTest {

    private static final int INSTANCES = 4;

    @AutoClose
    private final RedisClients clients = new RedisClients();

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private RedisLink newLink() {
        return clients.link(RedisProcess.shared().url());
    }

    private ProviderLimiter limiter(Limits limits) {
        return new RedisLimiter(clients.script(newLink(), limits, Limiters.RULES, () -> ""));
    }

    @Test
    void fourInstancesKeepOneLimit() throws Exception {
        int rate = 100;
        Limits limits = new Limits(rate, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, Duration.ofSeconds(20));
        DepartureLog log = new DepartureLog();
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(8);
        List<Future<?>> callers = new ArrayList<>();
        for (int instance = 0; instance < INSTANCES; instance++) {
            ProviderLimiter limiter = limiter(limits);
            for (int caller = 0; caller < 50; caller++) {
                callers.add(threads.submit(() -> Calls.callUntil(end, limiter, Lane.INTERACTIVE, log)));
            }
        }
        for (Future<?> caller : callers) {
            caller.get();
        }

        assertThat(log.mostInAnyWindow(TimeUnit.SECONDS.toNanos(1))).isLessThanOrEqualTo(rate);
        // How much of the limit is used is tested in simulated time (RedisLimiterTest); a busy machine may use less.
        assertThat(log.between(start + TimeUnit.SECONDS.toNanos(1), end)).isGreaterThan(rate);
    }

    @Test
    void limiterAnswersInOneShortRoundTripHoweverManyWait() throws Exception {
        Limits limits = new Limits(8000, Duration.ofSeconds(10), OptionalInt.empty(), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(limits);
        ask(limiter, 5_000);
        double idle = questionsASecond(limiter);
        ask(limiter, 30_000);
        double busy = questionsASecond(limiter);

        System.out.printf("acquire: %.0f/s with 6,000 in line, %.0f/s with 40,000%n", idle, busy);
        assertThat(busy).isGreaterThan(idle / 10);
    }

    private double questionsASecond(ProviderLimiter limiter) throws Exception {
        long start = System.nanoTime();
        ask(limiter, 4_000);
        return 4_000 * 1e9 / (System.nanoTime() - start);
    }

    private void ask(ProviderLimiter limiter, int times) throws Exception {
        List<Future<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < 16; caller++) {
            callers.add(threads.submit(() -> {
                for (int question = 0; question < times / 16; question++) {
                    assertThat(limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ofDays(1)))
                            .isInstanceOf(Granted.class);
                }
                return null;
            }));
        }
        for (Future<?> caller : callers) {
            caller.get();
        }
    }

    @Test
    void oneProcessLeadsAKeyAndFollowersLearnOfTheEndSoon() throws Exception {
        ImageKey key = new ImageKey("ab".repeat(32));
        AtomicInteger leaders = new AtomicInteger();
        CountDownLatch tried = new CountDownLatch(INSTANCES);
        CountDownLatch finish = new CountDownLatch(1);
        List<Future<Long>> instances = new ArrayList<>();
        for (int instance = 0; instance < INSTANCES; instance++) {
            FlightLeases leases = new RedisFlightLeases(
                    newLink(),
                    clients.settings(),
                    Duration.ofSeconds(30),
                    () -> UUID.randomUUID().toString(),
                    Clock.systemUTC(),
                    Calls::pause,
                    new Random(instance));
            instances.add(threads.submit(() -> {
                Optional<Lease> lease = leases.take(key, Lane.INTERACTIVE);
                tried.countDown();
                if (lease.isPresent()) {
                    leaders.incrementAndGet();
                    finish.await();
                    leases.release(lease.get());
                } else {
                    leases.awaitEnd(key, Lane.INTERACTIVE, Duration.ofSeconds(60));
                }
                return System.nanoTime();
            }));
        }
        tried.await();
        long ended = System.nanoTime();
        finish.countDown();

        for (Future<Long> instance : instances) {
            assertThat(Duration.ofNanos(instance.get() - ended))
                    .as("long before the lease would have ended")
                    .isLessThan(Duration.ofSeconds(15));
        }
        assertThat(leaders).hasValue(1);
    }
}
