package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CallerQuota.Decision.Exceeded;
import dev.afterimage.limit.CallerQuotaContract;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.RedisProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisCallerQuotaTest extends CallerQuotaContract {

    private static final Caller ANN = new Caller("ann@example.com");

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisLink link = clients.link(RedisProcess.shared().url());
    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-04T12:48:00Z"));

    @Override
    protected CallerQuota quota(OptionalInt limit) {
        return new RedisCallerQuota(link, clients.prefix, limit, () -> Long.toString(clock.nanoTime() / 1000));
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }

    @Test
    void instancesShareOneQuota() {
        quota(OptionalInt.of(1)).spend(ANN);

        assertThat(quota(OptionalInt.of(1)).spend(ANN)).isInstanceOf(Exceeded.class);
    }

    @Test
    void hourIsThatOfTheServersClock() {
        CallerQuota quota = new RedisCallerQuota(link, clients.prefix, OptionalInt.of(1), () -> "");
        quota.spend(ANN);

        assertThat(quota.spend(ANN))
                .isInstanceOfSatisfying(
                        Exceeded.class,
                        exceeded ->
                                assertThat(exceeded.retryAfter()).isBetween(Duration.ofNanos(1), Duration.ofHours(1)));
    }

    @Test
    void aCallerIsNotNamedInRedis() {
        quota(OptionalInt.of(1)).spend(ANN);

        assertThat(clients.keys(link)).singleElement().asString().doesNotContain("ann");
    }
}
