package dev.afterimage.catalogue;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.PregenerationConfig.CatalogueConfig;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.time.Deadline;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plans a configured catalogue, for a schedule or an operator: queues a job for each image that is missing. It stops at
 * its deadline, and the next call goes on from there. Rows that an earlier call has planned are read again only for
 * their keys, to recognise duplicates; they are neither looked up nor queued. A crash repeats only the chunks since the
 * last checkpoint; a job that is queued twice finds its image made.
 */
@Singleton
public final class CatalogueRunner {

    private static final System.Logger LOG = System.getLogger(CatalogueRunner.class.getName());
    private static final Duration NIGHTLY = Duration.ofHours(24);

    /**
     * A run that begins less than this after the former plan began, and less than a quarter of the period ({@link #slack}),
     * is a repetition of it: schedules fire twice, Lambda and EventBridge Scheduler deliver an event again, operators call
     * again.
     */
    private static final Duration REPEATED_WITHIN = Duration.ofHours(1);

    private final PregenerationConfig config;
    private final CatalogueSource source;
    private final Planner planner;
    private final FreshnessPolicy freshness;
    private final JobQueue queue;
    private final Checkpoints checkpoints;
    private final TimeOrderedIds ids;
    private final Clock clock;

    public CatalogueRunner(
            PregenerationConfig config,
            CatalogueSource source,
            Planner planner,
            FreshnessPolicy freshness,
            JobQueue queue,
            Checkpoints checkpoints,
            TimeOrderedIds ids,
            Clock clock) {
        this.config = config;
        this.source = source;
        this.planner = planner;
        this.freshness = freshness;
        this.queue = queue;
        this.checkpoints = checkpoints;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Plans a catalogue for a caller that names no {@link Turn} of a schedule. The next plan may be a whole period
     * away, 24 h where none is configured. An unfinished plan younger than half a period is continued, but only images
     * that it made within the last quarter of a period count as made; older ones would expire too long before the next
     * plan.
     */
    public PlanReport run(String name, Deadline deadline) {
        return run(name, Optional.empty(), deadline);
    }

    /**
     * Plans until the end or the deadline, whichever comes first. Blocks; call it from a virtual thread.
     *
     * <p>A run belongs to the plan of the former run when it is a repetition of it ({@link #REPEATED_WITHIN}), or when the
     * former one began in the same turn of the schedule. It then makes what is missing, and nothing anew that was made
     * since the plan began. Every other run is a new plan.
     *
     * @param name the catalogue's name in the configuration
     * @param turn the turn of the schedule; a configured period takes precedence over the time to the next one
     * @throws IllegalArgumentException when there is no catalogue of that name, or its source has no known file
     *     extension
     * @throws dev.afterimage.image.InvalidRequestException when the catalogue as a whole cannot be read
     * @throws UncheckedIOException when its source fails
     */
    public PlanReport run(String name, Turn turn, Deadline deadline) {
        return run(name, Optional.of(turn), deadline);
    }

    private PlanReport run(String name, Optional<Turn> turn, Deadline deadline) {
        Plan plan = plan(name, turn);
        Optional<Checkpoint> former = checkpoints.find(name);
        try {
            CatalogueSource.OpenCatalogue open = source.open(plan.catalogue().source());
            try (CatalogueRows rows = plan.rows(open)) {
                Checkpoint from = startingPoint(former, plan.period(), turn, open.version());
                CatalogueRun run = new CatalogueRun(
                        planner, freshness, plan.period(), queue, from, to -> checkpoints.save(name, to));
                boolean complete = run.plan(rows, () -> deadline.hasPassed(clock));
                PlanReport report = run.report(name, complete);
                if (complete) {
                    warnOfShortLife(report, plan.period());
                }
                return report;
            }
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /**
     * The turn whose plan is worth going on with after a restart: it is not complete, and younger than half its period.
     *
     * @param next when the schedule plans the catalogue next
     */
    public Optional<Turn> unfinished(String name, Instant next) {
        return checkpoints
                .find(name)
                .filter(run -> !run.complete() && run.since().isBefore(next))
                .map(run -> new Turn(run.since(), next))
                .filter(turn -> age(turn.due())
                                .compareTo(halved(plan(name, Optional.of(turn)).period()))
                        < 0);
    }

    /**
     * What a plan that began now would cost, and how long it would take; makes and queues nothing. Blocks and fails as
     * {@link #run} does, and reads the whole catalogue.
     */
    public DryRun.Estimate estimate(String name, DryRun dryRun) {
        Plan plan = plan(name, Optional.empty());
        Optional<Checkpoint> former = checkpoints.find(name);
        try {
            CatalogueSource.OpenCatalogue open = source.open(plan.catalogue().source());
            try (CatalogueRows rows = plan.rows(open)) {
                Checkpoint from = startingPoint(former, plan.period(), Optional.empty(), open.version());
                return dryRun.of(rows, Horizon.ofPlan(from.since(), plan.period()));
            }
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static UncheckedIOException unreadable(String name, IOException failure) {
        return new UncheckedIOException("Catalogue '" + name + "' cannot be read", failure);
    }

    /** Whether the configuration has a catalogue of this name. */
    public boolean knows(String name) {
        return config.catalogues().containsKey(name);
    }

    /** A catalogue's configuration, checked. */
    private record Plan(CatalogueConfig catalogue, CatalogueFormat format, Duration period) {

        /** Reads the catalogue from its beginning; closes it when it cannot be read. */
        CatalogueRows rows(CatalogueSource.OpenCatalogue open) throws IOException {
            try {
                return format.open(open.content(), catalogue.template().map(TemplateId::new));
            } catch (IOException | RuntimeException unreadable) {
                open.content().close();
                throw unreadable;
            }
        }
    }

    private Plan plan(String name, Optional<Turn> turn) {
        CatalogueConfig catalogue = Optional.ofNullable(config.catalogues().get(name))
                .orElseThrow(() -> new IllegalArgumentException("No catalogue '" + name
                        + "'; set afterimage.pregeneration.catalogues.\"" + name + "\".source"));
        CatalogueFormat format = CatalogueFormat.ofFileName(catalogue.source())
                .orElseThrow(() -> new IllegalArgumentException("The source of catalogue '" + name
                        + "' must end with .csv, .ndjson, .jsonl or .json, to tell its format"));
        Duration period = catalogue.period().or(() -> turn.map(Turn::period)).orElse(NIGHTLY);
        if (!period.isPositive()) {
            throw new IllegalArgumentException(
                    "afterimage.pregeneration.catalogues.\"" + name + "\".period must be more than zero, or left out");
        }
        return new Plan(catalogue, format, period);
    }

    /** The former run's checkpoint, if this call goes on with it; else the beginning of a new run. */
    private Checkpoint startingPoint(
            Optional<Checkpoint> former, Duration period, Optional<Turn> turn, String version) {
        Instant since = former.map(run -> since(run, period, turn)).orElseGet(() -> beginning(period, turn));
        return former.filter(run -> !run.complete()
                        && run.version().equals(version)
                        && run.since().equals(since))
                .orElseGet(() -> Checkpoint.beginning(ids.next(), since, version));
    }

    /** Images made at this moment or later count as made by this run's plan, and are not made anew. */
    private Instant since(Checkpoint former, Duration period, Optional<Turn> turn) {
        Instant begun = former.since();
        Duration age = age(begun);
        Duration slack = slack(period);
        boolean isRepeat = age.compareTo(REPEATED_WITHIN) < 0 && age.compareTo(slack) < 0;
        boolean isSameTurn = turn.filter(now -> !begun.isBefore(now.due())).isPresent();
        if (isRepeat || isSameTurn) {
            return begun;
        }
        if (turn.isEmpty() && !former.complete() && age.compareTo(halved(period)) < 0) {
            return age.compareTo(slack) <= 0 ? begun : now().minus(slack);
        }
        return beginning(period, turn);
    }

    /**
     * When a new plan counts as begun: when its turn was due, even if it starts later, so that what an earlier try of this
     * turn has made is not made again. The present time where there is no turn, where the turn is not due yet, or where a
     * whole period has passed since it was.
     */
    private Instant beginning(Duration period, Optional<Turn> turn) {
        Instant now = now();
        return turn.map(Turn::due)
                .filter(due -> !due.isAfter(now) && now.isBefore(due.plus(period)))
                .orElse(now);
    }

    /**
     * A quarter of the period, by which a plan's {@link Horizon} is longer than its period. A run without a turn does not
     * count an image as made that is older than this.
     */
    private static Duration slack(Duration period) {
        return period.dividedBy(4);
    }

    private static Duration halved(Duration period) {
        return period.dividedBy(2);
    }

    private Duration age(Instant begun) {
        return Duration.between(begun, now());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static void warnOfShortLife(PlanReport report, Duration period) {
        if (!report.shortLived().isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Catalogue {0} is planned every {1}, but images of the templates {2} are fresh for less, so some of"
                            + " them expire before they are made anew: raise afterimage.cache.ttl, or plan more often",
                    report.catalogue(),
                    period,
                    report.shortLived().stream().map(TemplateId::value).sorted().toList());
        }
    }

    /**
     * One turn of a catalogue's schedule: a time at which the schedule wants a plan. All calls for the same turn go on with
     * the same plan.
     *
     * @param due when the schedule wanted the plan, cut to milliseconds, as a {@link Checkpoint} keeps it
     * @param next when it wants the next one
     */
    public record Turn(Instant due, Instant next) {

        public Turn {
            due = due.truncatedTo(ChronoUnit.MILLIS);
            if (!next.isAfter(due)) {
                throw new IllegalArgumentException("The next plan, at " + next + ", must come after that of " + due);
            }
        }

        /**
         * A turn of a schedule that does not say when its next one is: where no period is configured, the next one is taken
         * to be 24 h later.
         */
        public static Turn nightly(Instant due) {
            return new Turn(due, due.plus(NIGHTLY));
        }

        Duration period() {
            return Duration.between(due, next);
        }
    }

    /** Port: opens the files of catalogues. */
    @FunctionalInterface
    public interface CatalogueSource {

        /**
         * Opens a catalogue for reading from its beginning.
         *
         * @param source a local path or {@code s3://bucket/key}
         * @throws IOException when it is not there or cannot be read
         */
        OpenCatalogue open(String source) throws IOException;

        /**
         * A catalogue that is open for reading.
         *
         * @param content its bytes; whoever reads them closes the stream
         * @param version changes whenever the content does: a file's size and time, an object's ETag
         */
        record OpenCatalogue(InputStream content, String version) {}
    }

    /** Port: keeps checkpoints across restarts. Operations block and fail with an unchecked exception. */
    public interface Checkpoints {

        Optional<Checkpoint> find(String catalogue);

        /** Replaces the catalogue's checkpoint; once this returns it survives a crash. */
        void save(String catalogue, Checkpoint checkpoint);
    }

    /**
     * How one call to plan a catalogue ended.
     *
     * @param complete whether the catalogue was read to its end; else call again to go on
     * @param line the last line that was planned
     * @param counts what became of the rows, over all calls of the run
     * @param bad the first {@value #MOST_BAD} bad rows of this call
     * @param shortLived templates whose images expire before the next plan, whatever is planned: their {@code ttl} is
     *     below the catalogue's period
     */
    public record PlanReport(
            String catalogue,
            String run,
            boolean complete,
            int line,
            Checkpoint.Counts counts,
            List<CatalogueRow.Bad> bad,
            Set<TemplateId> shortLived) {

        /** The most bad rows that are listed; further ones are only counted. */
        static final int MOST_BAD = 1000;

        public PlanReport {
            bad = List.copyOf(bad);
            shortLived = Set.copyOf(shortLived);
        }
    }
}
