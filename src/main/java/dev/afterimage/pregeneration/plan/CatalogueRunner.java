package dev.afterimage.pregeneration.plan;

import dev.afterimage.image.TemplateId;
import dev.afterimage.pregeneration.PregenerationConfig;
import dev.afterimage.pregeneration.PregenerationConfig.CatalogueConfig;
import dev.afterimage.pregeneration.TimeOrderedIds;
import dev.afterimage.pregeneration.catalogue.CatalogueFormat;
import dev.afterimage.pregeneration.catalogue.CatalogueRows;
import dev.afterimage.pregeneration.queue.JobQueue;
import dev.afterimage.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;

/**
 * Plans a configured catalogue: what a schedule triggers. Stops at its deadline and goes on from there when called again.
 * Rows that were dealt with are read again to know their keys, but neither looked up nor queued again. A crash repeats at
 * most one chunk, whose second jobs find their pictures made.
 */
public final class CatalogueRunner {

    private final PregenerationConfig config;
    private final CatalogueSource source;
    private final Planner planner;
    private final JobQueue queue;
    private final Checkpoints checkpoints;
    private final TimeOrderedIds ids;
    private final Clock clock;

    public CatalogueRunner(
            PregenerationConfig config,
            CatalogueSource source,
            Planner planner,
            JobQueue queue,
            Checkpoints checkpoints,
            TimeOrderedIds ids,
            Clock clock) {
        this.config = config;
        this.source = source;
        this.planner = planner;
        this.queue = queue;
        this.checkpoints = checkpoints;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Plans until the end or the deadline, whichever comes first. Blocks; call it from a virtual thread.
     *
     * @param name the catalogue's name in the configuration
     * @throws IllegalArgumentException when there is none of that name, or its ending tells no format
     * @throws dev.afterimage.image.InvalidRequestException when the catalogue as a whole cannot be read
     * @throws UncheckedIOException when its source fails
     */
    public PlanReport run(String name, Deadline deadline) {
        CatalogueConfig catalogue = Optional.ofNullable(config.catalogues().get(name))
                .orElseThrow(() -> new IllegalArgumentException("No catalogue '" + name
                        + "'; set afterimage.pregeneration.catalogues.\"" + name + "\".source"));
        CatalogueFormat format = CatalogueFormat.ofFileName(catalogue.source())
                .orElseThrow(() -> new IllegalArgumentException("The source of catalogue '" + name
                        + "' must end with .csv, .ndjson, .jsonl or .json, to tell its format"));
        try {
            CatalogueSource.OpenCatalogue open = source.open(catalogue.source());
            Checkpoint from = checkpoints
                    .find(name)
                    .filter(checkpoint -> checkpoint.version().equals(open.version()))
                    .orElseGet(() -> new Checkpoint(ids.next(), open.version(), 0, Checkpoint.Counts.NONE));
            try (CatalogueRows rows =
                    format.open(open.content(), catalogue.template().map(TemplateId::new))) {
                CatalogueRun run = new CatalogueRun(planner, queue, from, to -> checkpoints.save(name, to));
                boolean complete = run.read(rows, () -> deadline.hasPassed(clock));
                if (complete) {
                    checkpoints.remove(name);
                }
                return run.report(name, complete);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Catalogue '" + name + "' cannot be read", e);
        }
    }
}
