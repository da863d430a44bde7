package dev.afterimage.wiring;

import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.metrics.PlanMeter;
import dev.afterimage.time.Deadline;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.quarkus.scheduler.ScheduledExecution;
import io.quarkus.scheduler.Scheduler;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Starts the plans of catalogues at their times, in a process that has a worker. On AWS EventBridge Scheduler does that,
 * so that one instance plans and not each.
 */
@Singleton
class CatalogueSchedules {

    private static final Logger LOG = Logger.getLogger(CatalogueSchedules.class);
    private static final Duration LONGEST_PLANNING = Duration.ofHours(6);

    private final PregenerationConfig config;
    private final Instance<CatalogueRunner> runner;
    private final Instance<PlanMeter> plans;
    private final Instance<Scheduler> scheduler;
    private final Clock clock;

    CatalogueSchedules(
            PregenerationConfig config,
            Instance<CatalogueRunner> runner,
            Instance<PlanMeter> plans,
            Instance<Scheduler> scheduler,
            Clock clock) {
        this.config = config;
        this.runner = runner;
        this.plans = plans;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    void schedule(@Observes StartupEvent start) {
        if (!config.worker()) {
            return;
        }
        config.catalogues()
                .forEach((name, catalogue) -> catalogue
                        .schedule()
                        .ifPresent(cron -> scheduler
                                .get()
                                .newJob("catalogue " + name)
                                .setCron(cron)
                                .setConcurrentExecution(ConcurrentExecution.SKIP)
                                .setTask(execution -> plan(name, gap(execution)), true)
                                .schedule()));
    }

    /** The time until the schedule's next run; empty when there is none. */
    private static Optional<Duration> gap(ScheduledExecution execution) {
        return Optional.ofNullable(execution.getTrigger().getNextFireTime())
                .map(next -> Duration.between(execution.getFireTime(), next))
                .filter(Duration::isPositive);
    }

    private void plan(String name, Optional<Duration> gap) {
        try {
            plans.get().metered(() -> runner.get().run(name, gap, Deadline.in(LONGEST_PLANNING, clock)));
        } catch (RuntimeException failure) {
            LOG.errorf("Catalogue %s cannot be planned: %s", name, failure.getMessage());
        }
    }
}
