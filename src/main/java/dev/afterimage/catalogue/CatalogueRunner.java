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
     * Plans a catalogue of which this process knows no schedule: where no period is configured, it counts as planned
     * every night.
     */
    public PlanReport run(String name, Deadline deadline) {
        return run(name, Optional.empty(), deadline);
    }

    /**
     * Plans until the end or the deadline, whichever comes first. Blocks; call it from a virtual thread.
     *
     * <p>A run that begins within half a period of the former one belongs to the same plan, because schedules may fire
     * twice and operators call again: it makes what is missing, and nothing anew that was made since the plan began.
     *
     * @param name the catalogue's name in the configuration
     * @param gap the time until the schedule plans the catalogue again, if known; a configured period takes precedence
     * @throws IllegalArgumentException when there is no catalogue of that name, or its source has no known file
     *     extension
     * @throws dev.afterimage.image.InvalidRequestException when the catalogue as a whole cannot be read
     * @throws UncheckedIOException when its source fails
     */
    public PlanReport run(String name, Optional<Duration> gap, Deadline deadline) {
        Plan plan = plan(name, gap);
        Optional<Checkpoint> former = checkpoints.find(name);
        try {
            CatalogueSource.OpenCatalogue open = source.open(plan.catalogue().source());
            try (CatalogueRows rows = plan.rows(open)) {
                Checkpoint from = from(former, plan.period(), open.version());
                CatalogueRun run = new CatalogueRun(
                        planner, freshness, plan.period(), queue, from, to -> checkpoints.save(name, to));
                boolean complete = run.read(rows, () -> deadline.hasPassed(clock));
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
     * What a plan that began now would cost, and how long it would take; makes and queues nothing. Blocks and fails as
     * {@link #run} does, and reads the whole catalogue.
     */
    public DryRun.Estimate estimate(String name, DryRun dryRun) {
        Plan plan = plan(name, Optional.empty());
        Optional<Checkpoint> former = checkpoints.find(name);
        try {
            CatalogueSource.OpenCatalogue open = source.open(plan.catalogue().source());
            try (CatalogueRows rows = plan.rows(open)) {
                Checkpoint from = from(former, plan.period(), open.version());
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

    private Plan plan(String name, Optional<Duration> gap) {
        CatalogueConfig catalogue = Optional.ofNullable(config.catalogues().get(name))
                .orElseThrow(() -> new IllegalArgumentException("No catalogue '" + name
                        + "'; set afterimage.pregeneration.catalogues.\"" + name + "\".source"));
        CatalogueFormat format = CatalogueFormat.ofFileName(catalogue.source())
                .orElseThrow(() -> new IllegalArgumentException("The source of catalogue '" + name
                        + "' must end with .csv, .ndjson, .jsonl or .json, to tell its format"));
        Duration period = catalogue.period().or(() -> gap).orElse(NIGHTLY);
        if (!period.isPositive()) {
            throw new IllegalArgumentException(
                    "afterimage.pregeneration.catalogues.\"" + name + "\".period must be more than zero, or left out");
        }
        return new Plan(catalogue, format, period);
    }

    private Checkpoint from(Optional<Checkpoint> former, Duration period, String version) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Optional<Checkpoint> samePlan =
                former.filter(run -> now.isBefore(run.since().plus(period.dividedBy(2))));
        return samePlan.filter(run -> !run.complete() && run.version().equals(version))
                .orElseGet(() -> Checkpoint.beginning(
                        ids.next(), samePlan.map(Checkpoint::since).orElse(now), version));
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
