package dev.afterimage.catalogue;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.Planner.KeySet;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.limit.Caller;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The part of a run over a catalogue that one call of {@link CatalogueRunner} does. A run may take several calls,
 * because each ends at its deadline. The rows are read in chunks, and after each chunk that queued jobs the checkpoint
 * is saved.
 */
final class CatalogueRun {

    /**
     * The most chunks without a job between two saves of the checkpoint. A crash repeats them, which costs only
     * lookups.
     */
    private static final int MOST_UNSAVED = 20;

    /** The most templates that a report names because their images expire before the next plan. */
    private static final int MOST_SHORT_LIVED = 20;

    private final Planner planner;
    private final FreshnessPolicy freshness;
    private final Duration period;
    private final Horizon horizon;
    private final JobQueue queue;
    private final Consumer<Checkpoint> save;
    private final int resumedFrom;
    private final KeySet seen = new KeySet();
    private final List<CatalogueRow.Bad> bad = new ArrayList<>();
    private final Set<TemplateId> shortLived = new LinkedHashSet<>();
    private Checkpoint reached;
    private int unsaved;

    /**
     * A call that goes on from a checkpoint.
     *
     * @param period the time from one plan to the next
     */
    CatalogueRun(
            Planner planner,
            FreshnessPolicy freshness,
            Duration period,
            JobQueue queue,
            Checkpoint from,
            Consumer<Checkpoint> save) {
        this.planner = planner;
        this.freshness = freshness;
        this.period = period;
        this.horizon = Horizon.ofPlan(from.since(), period);
        this.queue = queue;
        this.save = save;
        this.reached = from;
        this.resumedFrom = from.line();
    }

    /**
     * Plans the rows to their end, or until {@code stop} is true, which is asked before each chunk.
     *
     * @return whether the end was reached
     */
    boolean plan(CatalogueRows rows, BooleanSupplier stop) throws IOException {
        while (!stop.getAsBoolean()) {
            List<CatalogueRow> chunk = rows.next(Planner.CHUNK);
            queueMissing(chunk);
            if (chunk.size() < Planner.CHUNK) {
                reached = reached.completed();
                save();
                return true;
            }
        }
        save();
        return false;
    }

    private void queueMissing(List<CatalogueRow> chunk) {
        List<CatalogueRow.Bad> badRows = new ArrayList<>();
        List<CatalogueRow.Wanted> wanted = planner.wanted(chunk, badRows::add);
        planner.keys(wanted.stream().filter(this::wasPlanned).toList()).forEach(seen::add);
        if (chunk.isEmpty() || wasPlanned(chunk.getLast())) {
            return;
        }
        List<Job> jobs = new ArrayList<>();
        int fresh = 0;
        int duplicates = 0;
        List<CatalogueRow.Wanted> further =
                wanted.stream().filter(row -> !wasPlanned(row)).toList();
        for (Planner.Planned planned : planner.plan(further, horizon)) {
            noteLifetime(planned.row().request().template());
            if (!seen.add(planned.key())) {
                duplicates++;
            } else if (planned.fresh()) {
                fresh++;
            } else {
                Job job = planned.job(reached.run(), Caller.SERVICE, Optional.empty(), horizon);
                if (queue.fits(job)) {
                    jobs.add(job);
                } else {
                    badRows.add(planned.tooLarge());
                }
            }
        }
        if (!jobs.isEmpty()) {
            queue.enqueue(jobs, Duration.ZERO);
        }
        badRows.removeIf(this::wasPlanned);
        badRows.stream().limit((long) PlanReport.MOST_BAD - bad.size()).forEach(bad::add);
        reached = reached.reaching(
                chunk.getLast().line(), new Checkpoint.Counts(jobs.size(), fresh, duplicates, badRows.size()));
        unsaved++;
        if (!jobs.isEmpty() || unsaved >= MOST_UNSAVED) {
            save();
        }
    }

    /** Whether an earlier call has planned the row. */
    private boolean wasPlanned(CatalogueRow row) {
        return row.line() <= resumedFrom;
    }

    private void noteLifetime(TemplateId template) {
        if (shortLived.size() < MOST_SHORT_LIVED && freshness.ttlOf(template).compareTo(period) < 0) {
            shortLived.add(template);
        }
    }

    private void save() {
        save.accept(reached);
        unsaved = 0;
    }

    PlanReport report(String name, boolean complete) {
        return new PlanReport(name, reached.run(), complete, reached.line(), reached.counts(), bad, shortLived);
    }
}
