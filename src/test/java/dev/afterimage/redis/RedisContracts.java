package dev.afterimage.redis;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndexContract;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueueContract;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CallerQuotaContract;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudgetContract;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiterContract;
import dev.afterimage.limit.Receipts;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeasesContract;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;

/** The contracts again, for servers that are reached in another way. */
abstract class RedisContracts {

    @AutoClose
    protected final RedisClients clients = new RedisClients();

    protected final MutableClock clock = new MutableClock(Instant.parse("2026-03-04T12:48:00Z"));

    /** A new client of the servers. */
    protected abstract RedisLink link(LongSupplier nanoTime);

    /** Links to each of the servers, past any cluster. */
    protected abstract List<RedisLink> servers();

    private String token() {
        return UUID.randomUUID().toString();
    }

    protected String micros() {
        return Long.toString(clock.nanoTime() / 1000);
    }

    private static final Limits ANY =
            new Limits(1, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));

    @Nested
    class Limiter extends ProviderLimiterContract {

        private LimiterScript script = script(AccountLimits.of(ANY));

        private LimiterScript script(AccountLimits limits) {
            return clients.script(link(clock::nanoTime), limits, Limiters.RULES, RedisContracts.this::micros);
        }

        @Override
        protected ProviderLimiter limiter(AccountLimits limits) {
            script = script(limits);
            return new RedisLimiter(script);
        }

        @Override
        protected Receipts receipts() {
            return new RedisReceipts(script, clock);
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
                    link(System::nanoTime),
                    clients.settings(),
                    TTL,
                    RedisContracts.this::token,
                    Clock.systemUTC(),
                    duration -> {
                        boolean never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
                    },
                    new Random(1));
        }

        @Override
        protected void advance(Duration step) {
            servers().forEach(server -> clients.age(server, step));
        }
    }

    @Nested
    class Queue extends JobQueueContract {

        @Override
        protected JobQueue queue() {
            return new RedisJobQueue(
                    link(System::nanoTime),
                    clients.prefix,
                    Duration.ofMinutes(2),
                    clock::advance,
                    () -> Long.toString(clock.millis()));
        }
    }

    @Nested
    class Index extends ImageIndexContract {

        private final ImageIndex index = new RedisImageIndex(link(System::nanoTime), clients.settings());

        @Override
        protected ImageIndex index() {
            return index;
        }

        @Override
        protected boolean keepsUrls() {
            return true;
        }
    }

    @Nested
    class Credits extends CreditBudgetContract {

        @Override
        protected CreditBudget budget(CreditBudget.Budgets budgets, Clock now) {
            return new RedisCreditBudget(
                    link(System::nanoTime),
                    clients.settings(),
                    budgets,
                    new MemoryImageStore(),
                    RedisContracts.this::token,
                    now);
        }
    }

    @Nested
    class Quota extends CallerQuotaContract {

        @Override
        protected CallerQuota quota(OptionalInt limit) {
            return new RedisCallerQuota(link(System::nanoTime), clients.prefix, limit, RedisContracts.this::micros);
        }

        @Override
        protected void advance(Duration step) {
            clock.advance(step);
        }
    }
}
