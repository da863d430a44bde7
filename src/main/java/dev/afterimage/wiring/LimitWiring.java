package dev.afterimage.wiring;

import dev.afterimage.filesystem.DataDirectory;
import dev.afterimage.filesystem.FilesystemCreditBudget;
import dev.afterimage.generation.PermitGate;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.QuotaConfig;
import dev.afterimage.metrics.MeteredLimiter;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.time.Pause;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

/** Chooses what the instances share: limiter, leases, credits, quotas. */
class LimitWiring {

    static final String NOT_YET = "the fleet's parts land next";

    /** In one process a leader cannot die without giving its lease back; what matters is that no lease ever lapses. */
    private static final Duration NEVER_LAPSES = Duration.ofDays(1);
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
    ProviderLimiter limiter(BackendConfig backends, Limits limits, Meters meters) {
        ProviderLimiter limiter = switch (backends.fleetKind()) {
            case MEMORY -> new MemoryLimiter(limits, System::nanoTime);
            case REDIS -> throw new IllegalStateException(NOT_YET);
        };
        return new MeteredLimiter(meters, limiter);
    }

    @Produces
    @Singleton
    PermitGate permitGate(ProviderLimiter limiter, Clock clock, Pause pause) {
        return new PermitGate(limiter, clock, pause, new SecureRandom());
    }

    @Produces
    @Singleton
    FlightLeases leases(BackendConfig backends) {
        return switch (backends.fleetKind()) {
            case MEMORY -> new MemoryFlightLeases(NEVER_LAPSES, System::nanoTime);
            case REDIS -> throw new IllegalStateException(NOT_YET);
        };
    }

    @Produces
    @Singleton
    CreditBudget creditBudget(
            BackendConfig backends, ProviderLimitConfig config, DataDirectory directory, Clock clock) {
        return switch (backends.fleetKind()) {
            case MEMORY -> new FilesystemCreditBudget(directory, config.monthlyCredits(), clock);
            case REDIS -> throw new IllegalStateException(NOT_YET);
        };
    }

    @Produces
    @Singleton
    CallerQuota callerQuota(BackendConfig backends, QuotaConfig config, Clock clock) {
        return switch (backends.fleetKind()) {
            case MEMORY -> new MemoryCallerQuota(config.perCaller(), clock);
            case REDIS -> throw new IllegalStateException(NOT_YET);
        };
    }
}
