package dev.afterimage.wiring;

import dev.afterimage.jobs.JobQueue;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.metrics.EmfWriter;
import dev.afterimage.metrics.EmfWriter.MetricsConfig;
import dev.afterimage.metrics.FleetGauges;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Set;

/** Makes the meters, on the registry that Quarkus provides. */
class MetricsWiring {

    /**
     * The metrics that the alarms and the dashboard of infra/observability.yaml read, by name without the prefix.
     * CloudWatch bills each metric by the month, so others are not sent. It knows the depths of the queues from SQS
     * itself.
     */
    static final Set<String> ON_CLOUDWATCH = Set.of(
            "requests",
            "provider.latency",
            "provider.answers",
            "credits.used",
            "credits.limit",
            "cache.failures",
            "catalogue.rows");

    /** Writes the meters for CloudWatch at the end of an invocation. */
    @Singleton
    EmfWriter emfWriter(MeterRegistry registry, MetricsConfig config, Clock clock) {
        return new EmfWriter(registry, config.namespace(), ON_CLOUDWATCH::contains, System.out, clock);
    }

    /**
     * Registers the gauges at the start, so that the first scrape has them. The ports that they read are made when first
     * used.
     */
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
        // With a single account there are no gauges by account, and the start need not make the accounts' limits.
        if (!provider.accounts().isEmpty() || !others.providers().isEmpty()) {
            gauges.registerAccounts(
                    accounts.get().byName().keySet(), name -> budget.get().status(name));
        }
    }
}
