package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndexContract;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CallerQuotaContract;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudgetContract;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiterContract;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeasesContract;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.RedisCluster;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contracts again, on a Redis Cluster of three nodes. */
class RedisClusterTest {

    private final RedisClients clients = new RedisClients();
    private final RedisLink link = link(System::nanoTime);
    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-04T12:48:00Z"));

    @AfterEach
    void closeClients() {
        clients.close();
    }

    private RedisLink link(LongSupplier nanoTime) {
        return new RedisLink(clients.clusterClient(RedisCluster.shared().urls()), clients.settings(), nanoTime);
    }

    private String token() {
        return UUID.randomUUID().toString();
    }

    private String micros() {
        return Long.toString(clock.nanoTime() / 1000);
    }

    @Nested
    class Limiter extends ProviderLimiterContract {

        @Override
        protected ProviderLimiter limiter(Limits limits) {
            return new RedisLimiter(
                    link(clock::nanoTime),
                    clients.prefix,
                    limits,
                    RedisClusterTest.this::token,
                    RedisClusterTest.this::micros);
        }

        @Override
        protected void advance(Duration step) {
            clock.advance(step);
        }
    }

    @Nested
    class Leases extends FlightLeasesContract {

        @Override
        protected FlightLeases leases() {
            return new RedisFlightLeases(
                    link,
                    clients.settings(),
                    TTL,
                    RedisClusterTest.this::token,
                    Clock.systemUTC(),
                    duration -> {
                        boolean never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
                    },
                    new Random(1));
        }

        @Override
        protected void advance(Duration step) {
            for (RedisProcess node : RedisCluster.shared().nodes()) {
                clients.age(node.url(), step);
            }
        }
    }

    @Nested
    class Index extends ImageIndexContract {

        private final ImageIndex index = new RedisImageIndex(link, clients.settings());

        @Override
        protected ImageIndex index() {
            return index;
        }
    }

    @Nested
    class Credits extends CreditBudgetContract {

        @Override
        protected CreditBudget budget(OptionalLong limit, Clock now) {
            return new RedisCreditBudget(link, clients.settings(), limit, RedisClusterTest.this::token, now);
        }
    }

    @Nested
    class Quota extends CallerQuotaContract {

        @Override
        protected CallerQuota quota(OptionalInt limit) {
            return new RedisCallerQuota(link, clients.prefix, limit, RedisClusterTest.this::micros);
        }

        @Override
        protected void advance(Duration step) {
            clock.advance(step);
        }
    }

    @Test
    void flushedScriptsAreSentAgain() {
        CallerQuota quota = new RedisCallerQuota(link, clients.prefix, OptionalInt.of(2), this::micros);
        Caller ann = new Caller("ann");
        quota.spend(ann);
        for (RedisProcess node : RedisCluster.shared().nodes()) {
            clients.link(node.url()).call(Request.cmd(Command.SCRIPT).arg("FLUSH"));
        }

        assertThat(quota.spend(ann)).isEqualTo(new CallerQuota.Decision.Allowed());
        assertThat(quota.spend(ann)).isInstanceOf(CallerQuota.Decision.Exceeded.class);
    }
}
