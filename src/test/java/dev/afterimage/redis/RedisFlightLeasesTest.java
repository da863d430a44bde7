package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.singleflight.FlightLeasesContract;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisFlightLeasesTest extends FlightLeasesContract {

    @AutoClose
    private final RedisClients clients = new RedisClients();

    @Override
    protected FlightLeases leases() {
        return new RedisFlightLeases(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                TTL,
                () -> UUID.randomUUID().toString(),
                Clock.systemUTC(),
                duration -> {
                    boolean never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
                },
                new Random(1));
    }

    @Override
    protected void advance(Duration step) {
        clients.age(RedisProcess.shared().url(), step);
    }

    @Test
    void followerPollsEveryTwentyToOneHundredTwentyMilliseconds() throws Exception {
        MutableClock clock = new MutableClock();
        List<Duration> waits = new ArrayList<>();
        ImageKey key = new ImageKey("ef".repeat(32));
        FlightLeases leases = new RedisFlightLeases(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                TTL,
                () -> UUID.randomUUID().toString(),
                clock,
                duration -> {
                    waits.add(duration);
                    clock.advance(duration);
                },
                new Random(1));
        Lease lease = leases.take(key, Lane.INTERACTIVE).orElseThrow();

        leases.awaitEnd(key, Lane.INTERACTIVE, Duration.ofSeconds(3));

        assertThat(waits.getFirst()).isBetween(Duration.ofMillis(20), Duration.ofMillis(30));
        assertThat(waits).allSatisfy(wait -> assertThat(wait).isLessThanOrEqualTo(Duration.ofMillis(120)));
        assertThat(waits).hasSizeBetween(25, 60);
        assertThat(waits.stream().reduce(Duration.ZERO, Duration::plus))
                .isBetween(Duration.ofMillis(2_950), Duration.ofSeconds(3));
        leases.release(lease);
    }
}
