package dev.afterimage.catalogue;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One stretch of planning a catalogue, chunk by chunk, with a checkpoint after each that made jobs. */
final class CatalogueRun {

    /** Chunks without a job cost only a look-up to repeat, so not each is worth a write. */
    private static final int MOST_UNSAVED = 20;

    /** Templates that are named as too short-lived; one catalogue has few. */
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
     * A stretch that goes on from a checkpoint.
     *
     * @param period until the next plan begins
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

    /** Whether it came to the end before it was told to stop. */
    boolean read(CatalogueRows rows, BooleanSupplier stop) throws IOException {
        while (!stop.getAsBoolean()) {
            List<CatalogueRow> chunk = rows.next(Planner.CHUNK);
            deal(chunk);
            if (chunk.size() < Planner.CHUNK) {
                reached = reached.completed();
                save();
                return true;
            }
        }
        save();
        return false;
    }

    private void deal(List<CatalogueRow> chunk) {
        List<CatalogueRow.Wanted> former = new ArrayList<>();
        List<CatalogueRow.Wanted> wanted = new ArrayList<>();
        int badRows = 0;
        for (CatalogueRow row : chunk) {
            switch (planner.checked(row)) {
                case CatalogueRow.Wanted w when w.line() <= resumedFrom -> former.add(w);
                case CatalogueRow.Wanted w -> wanted.add(w);
                case CatalogueRow.Bad b -> badRows += report(b);
            }
        }
        planner.keys(former).forEach(seen::add);
        if (chunk.isEmpty() || chunk.getLast().line() <= resumedFrom) {
            return;
        }
        List<Job> jobs = new ArrayList<>();
        int fresh = 0;
        int duplicates = 0;
        for (Planner.Planned planned : planner.plan(wanted, horizon)) {
            noteLifetime(planned.row().request().template());
            if (!seen.add(planned.key())) {
                duplicates++;
            } else if (planned.fresh()) {
                fresh++;
            } else {
                Job job = job(planned);
                if (queue.fits(job)) {
                    jobs.add(job);
                } else {
                    badRows += report(planned.tooLarge());
                }
            }
        }
        if (!jobs.isEmpty()) {
            queue.enqueue(jobs, Duration.ZERO);
        }
        reached = reached.reaching(
                chunk.getLast().line(), new Checkpoint.Counts(jobs.size(), fresh, duplicates, badRows));
        unsaved++;
        if (!jobs.isEmpty() || unsaved >= MOST_UNSAVED) {
            save();
        }
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

    private int report(CatalogueRow.Bad row) {
        if (row.line() <= resumedFrom) {
            return 0;
        }
        if (bad.size() < PlanReport.MOST_BAD) {
            bad.add(row);
        }
        return 1;
    }

    private Job job(Planner.Planned planned) {
        return new Job.Image(
                reached.run() + "-" + planned.row().line(),
                planned.key(),
                planned.row().request(),
                Lane.BULK,
                Caller.SERVICE,
                Optional.empty(),
                horizon);
    }

    PlanReport report(String name, boolean complete) {
        return new PlanReport(name, reached.run(), complete, reached.line(), reached.counts(), bad, shortLived);
    }
}
