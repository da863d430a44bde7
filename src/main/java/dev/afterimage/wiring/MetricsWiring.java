package dev.afterimage.wiring;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.metrics.MeterStats;
import dev.afterimage.metrics.Meters;
import dev.afterimage.metrics.StatsSource;
import dev.afterimage.pregeneration.queue.JobQueue;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The meters on the registry that Quarkus provides. */
class MetricsWiring {

    @Produces
    @Singleton
    Meters meters(MeterRegistry registry) {
        return new Meters(registry);
    }

    @Produces
    @Singleton
    StatsSource stats(Meters meters, CreditBudget budget, ProviderLimiter limiter, JobQueue queue, Clock clock) {
        return new MeterStats(meters, budget, limiter, queue, clock);
    }
}
