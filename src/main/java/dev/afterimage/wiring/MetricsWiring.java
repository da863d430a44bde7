package dev.afterimage.wiring;

import dev.afterimage.jobs.JobQueue;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.metrics.FleetGauges;
import dev.afterimage.metrics.Meters;
import dev.afterimage.metrics.MetricsConfig;
import dev.afterimage.metrics.emf.EmfWriter;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Set;

/** The meters on the registry that Quarkus provides. */
class MetricsWiring {

    /**
     * What the alarms and the dashboard of infra/observability.yaml read, by name without the prefix. CloudWatch bills each
     * metric by the month, so that what nobody reads is not sent; the depth of its queues it knows from SQS.
     */
    static final Set<String> ON_CLOUDWATCH = Set.of(
            "requests",
            "provider.latency",
            "provider.answers",
            "credits.used",
            "credits.limit",
            "cache.failures",
            "catalogue.rows");

    /** For whoever ends an invocation of a function. */
    @Produces
    @Singleton
    EmfWriter emfWriter(MeterRegistry registry, MetricsConfig config, Clock clock) {
        return new EmfWriter(registry, config.namespace(), ON_CLOUDWATCH::contains, System.out, clock);
    }

    /** At the start, so that the first scrape has them; the ports themselves are made when first needed. */
    void gauges(
            @Observes StartupEvent start,
            Meters meters,
            Instance<JobQueue> queue,
            Instance<CreditBudget> budget,
            Instance<AccountLimits> accounts,
            Instance<ProviderLimiter> limiter,
            ProviderConfig provider,
            ProvidersConfig others,
            Clock clock) {
        FleetGauges gauges = new FleetGauges(
                meters,
                () -> queue.get().status(),
                () -> budget.get().status(accounts.get().main()),
                () -> limiter.get().status(),
                clock);
        gauges.register();
        // Who has one account need not wait for what knows them.
        if (!provider.accounts().isEmpty() || !others.providers().isEmpty()) {
            gauges.registerAccounts(
                    accounts.get().byName().keySet(), name -> budget.get().status(name));
        }
    }
}
