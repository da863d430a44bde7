package dev.afterimage.metrics;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.Checkpoint;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Logs and meters the result of each call to plan a catalogue, and logs the rows that must be mended. */
@Singleton
public final class PlanMeter {

    /** The most bad rows that are logged, a line each; further ones are only counted. */
    static final int MOST_NAMED = 50;

    private static final Logger LOG = Logger.getLogger(PlanMeter.class);

    private final Meters meters;
    private final Clock clock;

    public PlanMeter(Meters meters, Clock clock) {
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Plans a catalogue, and logs and meters the result. Rows are metered once a run, when it is complete.
     *
     * @param plan plans the catalogue, or a part of it
     */
    public PlanReport metered(Supplier<PlanReport> plan) {
        Instant start = clock.instant();
        PlanReport report = plan.get();
        Duration took = Duration.between(start, clock.instant());
        meters.planTime().record(took.toMillis(), TimeUnit.MILLISECONDS);
        Checkpoint.Counts counts = report.counts();
        if (report.complete()) {
            count("new", counts.enqueued());
            count("fresh", counts.fresh());
            count("duplicate", counts.duplicates());
            count("bad", counts.bad());
        }
        LOG.infof(
                "Catalogue %s, run %s: %s at line %d after %d ms; %d rows, of these %d new, %d fresh, %d duplicates, %d bad",
                report.catalogue(),
                report.run(),
                report.complete() ? "planned to its end" : "stopped",
                report.line(),
                took.toMillis(),
                counts.rows(),
                counts.enqueued(),
                counts.fresh(),
                counts.duplicates(),
                counts.bad());
        List<CatalogueRow.Bad> bad = report.bad();
        bad.stream()
                .limit(MOST_NAMED)
                .forEach(row -> LOG.warnf(
                        "Catalogue %s, line %d is left out: %s", report.catalogue(), row.line(), row.reason()));
        if (bad.size() > MOST_NAMED) {
            LOG.warnf(
                    "Catalogue %s: more lines are left out, among them line %d",
                    report.catalogue(), bad.getLast().line());
        }
        return report;
    }

    private void count(String outcome, long rows) {
        meters.catalogueRows(outcome).increment((double) rows);
    }
}
