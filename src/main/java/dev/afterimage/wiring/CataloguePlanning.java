package dev.afterimage.wiring;

import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.CatalogueRunner.Turn;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.metrics.PlanMeter;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Plans a catalogue in one turn of its schedule. A plan that fails, because Redis, the queue or the catalogue's source is gone
 * for a while, is tried again from its checkpoint until it is complete or the next one is due. Blocks; runs on virtual threads.
 */
final class CataloguePlanning {

    /** The wait after the first failure; doubled with each further one. */
    private static final Duration FIRST_WAIT = Duration.ofMinutes(1);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

    /** How often a wait checks whether the process is ending. */
    private static final Duration STEP = Duration.ofSeconds(1);

    private static final Logger LOG = Logger.getLogger(CataloguePlanning.class);

    private final CatalogueRunner runner;
    private final PlanMeter plans;
    private final Drain drain;
    private final Clock clock;
    private final Pause pause;

    CataloguePlanning(CatalogueRunner runner, PlanMeter plans, Drain drain, Clock clock, Pause pause) {
        this.runner = runner;
        this.plans = plans;
        this.drain = drain;
        this.clock = clock;
        this.pause = pause;
    }

    /** Plans a catalogue, or goes on with the plan of this turn. */
    void plan(String name, Turn turn) {
        Deadline deadline = new Deadline(turn.next());
        Optional<PlanReport> unused = retried(
                name,
                deadline,
                () -> Optional.of(plans.metered(() -> runner.run(name, turn, deadline)))
                        .filter(PlanReport::complete));
    }

    /**
     * Goes on with a plan that a former process left unfinished.
     *
     * @param next when the schedule plans the catalogue next
     */
    void resume(String name, Instant next) {
        retried(name, new Deadline(next), () -> Optional.of(runner.unfinished(name, next)))
                .flatMap(Function.identity())
                .ifPresent(turn -> plan(name, turn));
    }

    /**
     * The result of the first attempt that has one.
     *
     * @return empty when there was none in time, when the process ends, or when no attempt can help
     */
    private <T> Optional<T> retried(String name, Deadline deadline, Supplier<Optional<T>> attempt) {
        Duration wait = FIRST_WAIT;
        while (!drain.hasBegun()) {
            try {
                Optional<T> result = attempt.get();
                if (result.isPresent()) {
                    return result;
                }
            } catch (IllegalArgumentException | InvalidRequestException unreadable) {
                LOG.errorf("Catalogue %s cannot be planned: %s", name, unreadable.getMessage());
                return Optional.empty();
            } catch (RuntimeException failure) {
                LOG.warnf("Planning catalogue %s failed, and is tried again: %s", name, failure.getMessage());
            }
            if (deadline.forbids(wait, clock)) {
                LOG.errorf("Catalogue %s was not planned to its end before its next plan", name);
                return Optional.empty();
            }
            if (!await(wait)) {
                break;
            }
            wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
        }
        return Optional.empty();
    }

    /** Waits, but not longer than until the drain begins. False when the thread was interrupted. */
    private boolean await(Duration wait) {
        Instant end = clock.instant().plus(wait);
        try {
            while (!drain.hasBegun() && clock.instant().isBefore(end)) {
                pause.await(STEP);
            }
            return true;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
