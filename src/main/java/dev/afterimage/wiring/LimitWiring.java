package dev.afterimage.wiring;

import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationConfig;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CallerQuota.QuotaConfig;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudget.BudgetConfig;
import dev.afterimage.limit.FallbackCallerQuota;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.metrics.MeteredLimiter;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.redis.LimiterScript;
import dev.afterimage.redis.RedisCallerQuota;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisCreditBudget;
import dev.afterimage.redis.RedisFlightLeases;
import dev.afterimage.redis.RedisLimiter;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.redis.RedisReceipts;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Machine;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Chooses the back ends of the state that instances share: limiter, receipts, leases, credits, quotas. While Redis
 * cannot be reached nothing is bought; only quotas have a fallback, which is metered.
 */
class LimitWiring {

    /** No fixed time: the scripts read Redis' own clock. */
    static final Supplier<String> SERVER_TIME = () -> "";
    /**
     * So long that no lease lapses. In one process a leader always gives its lease back, and a lease that lapsed under a slow
     * leader would let a second one begin.
     */
    private static final Duration NEVER_LAPSES = Duration.ofDays(1);
    /** A lease survives one missed renewal, and a dead leader is replaced within this time. */
    private static final Duration LEASE_TTL = Duration.ofSeconds(6);

    @Singleton
    AccountLimits limits(ProviderLimitConfig config, TemplateProviders providers) {
        return providers.limits(config);
    }

    @Singleton
    ReceiptRules receiptRules(GenerationConfig config) {
        return new ReceiptRules(config.repurchases(), config.maxUnusable());
    }

    /** The script of a fleet's limiter and receipts. */
    @Singleton
    LimiterScript limiterScript(
            RedisLink redis,
            RedisConfig redisConfig,
            AccountLimits limits,
            ReceiptRules rules,
            GenerationConfig config,
            ImageStore store,
            Machine machine) {
        return new LimiterScript(
                redis,
                redisConfig.prefix(),
                limits,
                rules,
                config.lostMemoryPause().orElse(limits.longestCall()),
                store,
                machine.tokens(),
                SERVER_TIME);
    }

    /**
     * The limiter and receipts of a fleet of one process. It is injected only by its own type; the producers below
     * choose whether it is used.
     */
    @Singleton
    @Typed(MemoryLimiter.class)
    MemoryLimiter memoryLimiter(
            AccountLimits limits, ReceiptRules rules, Instance<LocalBackend> local, Machine machine) {
        return new MemoryLimiter(
                limits,
                rules,
                machine.nanoTime(),
                machine.clock(),
                local.isResolvable() ? local.get().receipts() : ReceiptStorage.NONE);
    }

    @Singleton
    ProviderLimiter limiter(
            BackendConfig backends, Instance<LimiterScript> script, Instance<MemoryLimiter> own, Meters meters) {
        ProviderLimiter limiter = switch (backends.fleetKind()) {
            case MEMORY -> own.get();
            case REDIS -> new RedisLimiter(script.get());
        };
        return new MeteredLimiter(meters, limiter);
    }

    @Singleton
    Receipts receipts(
            BackendConfig backends, Instance<LimiterScript> script, Instance<MemoryLimiter> own, Machine machine) {
        return switch (backends.fleetKind()) {
            case MEMORY -> own.get();
            case REDIS -> new RedisReceipts(script.get(), machine.clock());
        };
    }

    @Singleton
    CallSettler callSettler(Receipts receipts, AccountLimits limits, Machine machine) {
        return new CallSettler(receipts, limits.longestCall(), machine.clock(), machine.pause(), machine.threads());
    }

    @Singleton
    PermitAcquirer permitAcquirer(ProviderLimiter limiter, Machine machine) {
        return new PermitAcquirer(limiter, machine.clock(), machine.pause(), machine.random());
    }

    @Singleton
    FlightLeases leases(BackendConfig backends, Instance<RedisLink> redis, RedisConfig redisConfig, Machine machine) {
        return switch (backends.fleetKind()) {
            case MEMORY -> new MemoryFlightLeases(NEVER_LAPSES, machine.nanoTime(), machine.pause());
            case REDIS ->
                new RedisFlightLeases(
                        redis.get(),
                        redisConfig,
                        LEASE_TTL,
                        machine.tokens(),
                        machine.clock(),
                        machine.pause(),
                        machine.random());
        };
    }

    @Singleton
    CreditBudget creditBudget(
            BackendConfig backends,
            ProviderLimitConfig config,
            BudgetConfig tenants,
            ProvidersConfig others,
            TemplateProviders providers,
            Instance<LocalBackend> local,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Instance<ImageStore> store,
            Machine machine) {
        CreditBudget.Budgets budgets = new CreditBudget.Budgets(
                providers.budgets(config.monthlyCredits(), others),
                tenants.tenants(),
                tenants.perTenant().orElse(-1));
        return switch (backends.fleetKind()) {
            case MEMORY -> LocalBackend.of(local).creditBudget(budgets);
            case REDIS ->
                new RedisCreditBudget(
                        redis.get(), redisConfig, budgets, store.get(), machine.tokens(), machine.clock());
        };
    }

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
                        new RedisCallerQuota(redis.get(), redisConfig.prefix(), config.perCaller(), SERVER_TIME),
                        own,
                        () -> meters.fallbacks("quota").increment());
        };
    }
}
