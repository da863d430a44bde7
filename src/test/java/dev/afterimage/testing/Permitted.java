package dev.afterimage.testing;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.AccountChoice.Accounts;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.PermittedGenerator;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Receipts;
import dev.afterimage.pipeline.Backlog;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.pipeline.ImagePipeline;
import dev.afterimage.pipeline.PipelineParts;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/** Lets a generator's calls leave with a permit and a receipt, as the service composes it, without the other guards. */
public final class Permitted {

    /** Hardly any limit, for tests of something else. */
    public static final Limits WIDE =
            new Limits(1_000_000, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(60));

    public static final FreshnessPolicy FRESHNESS =
            new FreshnessPolicy(Duration.ofDays(1), Duration.ofDays(7), Duration.ofHours(1), Map.of());

    public static final Duration REJECTION_TTL = Duration.ofMinutes(1);

    private Permitted() {}

    public static CallSettler settler(Receipts receipts, Clock clock, Pause pause, Executor threads) {
        return new CallSettler(receipts, WIDE.longestCall(), clock, pause, threads);
    }

    public static ImageGenerator generator(
            ImageGenerator provider, ProviderLimiter limiter, CallSettler settler, Clock clock, Pause pause) {
        return generator(provider, new AccountChoice(new OneAccount(), clock), limiter, settler, clock, pause);
    }

    public static ImageGenerator generator(
            ImageGenerator provider,
            AccountChoice accounts,
            ProviderLimiter limiter,
            CallSettler settler,
            Clock clock,
            Pause pause) {
        return new PermittedGenerator(
                accounts,
                new PermitAcquirer(limiter, clock, pause, new Random(1)),
                new LocalRateLimit(),
                settler,
                REJECTION_TTL,
                clock,
                provider);
    }

    /** A pipeline of one process without quotas, whose signer has a key, and whose calls wait for no permit in vain. */
    public static ImagePipeline pipeline(
            KeyScheme keys,
            ImageIndex index,
            ImageStore store,
            Receipts receipts,
            CallSettler settler,
            ImageGenerator generator,
            ImageGenerator jobs,
            FreshnessPolicy freshness,
            Pause pause,
            Clock clock,
            ExecutorService threads) {
        return pipeline(
                keys,
                index,
                store,
                new MemoryFlightLeases(Duration.ofSeconds(30), () -> clock.millis() * 1_000_000, pause),
                receipts,
                settler,
                generator,
                jobs,
                freshness,
                new MemoryCallerQuota(OptionalInt.empty(), clock),
                new FakeBacklog(),
                pause,
                clock,
                threads);
    }

    /** The same with these leases, which processes may share, this quota and this backlog. */
    public static ImagePipeline pipeline(
            KeyScheme keys,
            ImageIndex index,
            ImageStore store,
            FlightLeases leases,
            Receipts receipts,
            CallSettler settler,
            ImageGenerator generator,
            ImageGenerator jobs,
            FreshnessPolicy freshness,
            CallerQuota quota,
            Backlog backlog,
            Pause pause,
            Clock clock,
            ExecutorService threads) {
        return new ImagePipeline(new PipelineParts(
                keys,
                new FixedVersions(),
                index,
                store,
                false,
                leases,
                receipts,
                settler,
                generator,
                jobs,
                (request, lane, deadline) -> Optional.empty(),
                freshness,
                quota,
                backlog,
                new Drain(clock, pause),
                Integer.MAX_VALUE,
                Duration.ofSeconds(25),
                () -> {},
                pause,
                clock,
                threads));
    }

    /** A provider that is its one account, at which every image costs one credit. */
    public record OneAccount() implements Accounts {
        @Override
        public String api(ImageRequest request) {
            return "default";
        }

        @Override
        public Set<String> apis() {
            return Set.of("default");
        }

        @Override
        public List<String> of(ImageRequest request) {
            return Limiters.ONE;
        }

        @Override
        public double cost(ImageRequest request) {
            return 1;
        }

        @Override
        public String budget(ImageRequest request, String account) {
            return account;
        }

        @Override
        public boolean isIdempotent(ImageRequest request) {
            return false;
        }
    }

    /** A limiter that lets everything through. */
    public static MemoryLimiter limiter(MutableClock clock) {
        return Limiters.memory(WIDE, clock);
    }
}
