package dev.afterimage.wiring;

import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.Turn;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.metrics.PlanMeter;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.time.Machine;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.quarkus.scheduler.ScheduledExecution;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.scheduler.Trigger;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Starts the plans of catalogues at their times, in a process that has a worker, and goes on with what a former process left
 * unfinished. On AWS EventBridge Scheduler does that, so that one instance plans and not each.
 */
@Singleton
class CatalogueSchedules {

    /** For how long the plan of a schedule's last turn, which no other turn follows, is tried. */
    private static final Duration LAST_TURN = Duration.ofHours(24);

    private final PregenerationConfig config;
    private final Instance<CatalogueRunner> runner;
    private final Instance<PlanMeter> plans;
    private final Instance<Scheduler> scheduler;
    private final Machine machine;
    private final Drain drain;

    CatalogueSchedules(
            PregenerationConfig config,
            Instance<CatalogueRunner> runner,
            Instance<PlanMeter> plans,
            Instance<Scheduler> scheduler,
            Machine machine,
            Drain drain) {
        this.config = config;
        this.runner = runner;
        this.plans = plans;
        this.scheduler = scheduler;
        this.machine = machine;
        this.drain = drain;
    }

    void schedule(@Observes StartupEvent start) {
        if (config.worker()) {
            config.catalogues()
                    .forEach((name, catalogue) -> catalogue.schedule().ifPresent(cron -> schedule(name, cron)));
        }
    }

    /**
     * Plans a catalogue at the times of this cron expression.
     *
     * @throws IllegalArgumentException when {@code cron} is no cron expression; names its configuration key
     */
    void schedule(String name, String cron) {
        Optional.ofNullable(trigger(name, cron))
                .map(Trigger::getNextFireTime)
                .ifPresent(next -> machine.threads().execute(() -> planning().resume(name, next)));
    }

    /** The trigger of a catalogue's plans; null where the expression says {@code off}. */
    private @Nullable Trigger trigger(String name, String cron) {
        try {
            return scheduler
                    .get()
                    .newJob("catalogue " + name)
                    .setCron(cron)
                    // A plan ends when the next one is due; without this, the next one would be skipped while the
                    // plan before it is still ending.
                    .setConcurrentExecution(ConcurrentExecution.PROCEED)
                    .setTask(execution -> planning().plan(name, turn(execution)), true)
                    .schedule();
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(
                    "Set afterimage.pregeneration.catalogues.\"" + name
                            + "\".schedule to a cron expression, such as 0 0 2 * * ?; it is " + cron + ". "
                            + invalid.getMessage(),
                    invalid);
        }
    }

    private CataloguePlanning planning() {
        return new CataloguePlanning(runner.get(), plans.get(), drain, machine.clock(), machine.pause());
    }

    private static Turn turn(ScheduledExecution execution) {
        Instant due = execution.getScheduledFireTime();
        Instant next = Optional.ofNullable(execution.getTrigger().getNextFireTime())
                .filter(due::isBefore)
                .orElseGet(() -> due.plus(LAST_TURN));
        return new Turn(due, next);
    }
}
