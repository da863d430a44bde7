package dev.afterimage.wiring;

import dev.afterimage.generation.PermitGate;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.EmergencyLimiter;
import dev.afterimage.limit.FallbackCallerQuota;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.QuotaConfig;
import dev.afterimage.metrics.EmergencyMeter;
import dev.afterimage.metrics.MeteredLimiter;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.redis.RedisCallerQuota;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisCreditBudget;
import dev.afterimage.redis.RedisFlightLeases;
import dev.afterimage.redis.RedisLimiter;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.singleflight.FallbackFlightLeases;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.time.Machine;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/**
 * Chooses what the instances share: limiter, leases, credits, quotas. With Redis, each has a fallback for the time in which
 * it cannot be asked, and the fallback is metered; only credits have none, because nothing may be spent uncounted.
 */
class LimitWiring {

    /** In one process a leader cannot die without giving its lease back; what matters is that no lease ever lapses. */
    private static final Duration NEVER_LAPSES = Duration.ofDays(1);
    /** Two renewals may be missed; a dead leader is replaced within this. */
    private static final Duration LEASE_TTL = Duration.ofSeconds(6);
    /** Beyond the longest call, a place that was not given back has no living holder. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    @Produces
    @Singleton
    Limits limits(ProviderLimitConfig config, ProviderConfig provider) {
        return new Limits(
                config.rate(),
                config.rateWindow(),
                config.concurrency(),
                config.bulkShare(),
                provider.longestCall().plus(GRACE));
    }

    @Produces
    @Singleton
    ProviderLimiter limiter(
            BackendConfig backends,
            Limits limits,
            ProviderLimitConfig config,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Machine machine,
            Meters meters) {
        ProviderLimiter limiter = switch (backends.fleetKind()) {
            case MEMORY -> new MemoryLimiter(limits, machine.nanoTime());
            case REDIS ->
                new EmergencyLimiter(
                        new RedisLimiter(redis.get(), redisConfig, limits, machine.tokens()),
                        limits,
                        config.emergencyShare(),
                        redisConfig.timeout().plus(redisConfig.rest()),
                        new EmergencyMeter(meters),
                        machine.nanoTime());
        };
        return new MeteredLimiter(meters, limiter);
    }

    @Produces
    @Singleton
    PermitGate permitGate(ProviderLimiter limiter, Machine machine) {
        return new PermitGate(limiter, machine.clock(), machine.pause(), machine.random());
    }

    @Produces
    @Singleton
    FlightLeases leases(
            BackendConfig backends,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Meters meters,
            Machine machine) {
        FlightLeases own = new MemoryFlightLeases(NEVER_LAPSES, machine.nanoTime(), machine.pause());
        return switch (backends.fleetKind()) {
            case MEMORY -> own;
            case REDIS ->
                new FallbackFlightLeases(
                        new RedisFlightLeases(
                                redis.get(),
                                redisConfig,
                                LEASE_TTL,
                                machine.tokens(),
                                machine.clock(),
                                machine.pause(),
                                machine.random()),
                        own,
                        () -> meters.fallbacks("leases").increment());
        };
    }

    @Produces
    @Singleton
    CreditBudget creditBudget(
            BackendConfig backends,
            ProviderLimitConfig config,
            Instance<LocalBackend> local,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Machine machine) {
        return switch (backends.fleetKind()) {
            case MEMORY -> LocalBackend.of(local).creditBudget(config.monthlyCredits());
            case REDIS ->
                new RedisCreditBudget(
                        redis.get(), redisConfig, config.monthlyCredits(), machine.tokens(), machine.clock());
        };
    }

    @Produces
    @Singleton
    CallerQuota callerQuota(
            BackendConfig backends,
            QuotaConfig config,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Meters meters,
            Clock clock) {
        CallerQuota own = new MemoryCallerQuota(config.perCaller(), clock);
        return switch (backends.fleetKind()) {
            case MEMORY -> own;
            case REDIS ->
                new FallbackCallerQuota(
                        new RedisCallerQuota(redis.get(), redisConfig, config.perCaller()),
                        own,
                        () -> meters.fallbacks("quota").increment());
        };
    }
}
