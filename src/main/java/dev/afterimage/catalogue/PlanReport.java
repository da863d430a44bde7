package dev.afterimage.catalogue;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.TemplateId;
import java.util.List;
import java.util.Set;

/**
 * How one stretch of planning ended.
 *
 * @param complete whether the catalogue was read to its end; else call again to go on
 * @param line the last line that was planned
 * @param counts what became of the rows, over all stretches of the run
 * @param bad the first bad rows of this stretch
 * @param shortLived templates whose images expire before the next plan, whatever is planned: their {@code ttl} is below the
 *     catalogue's period
 */
public record PlanReport(
        String catalogue,
        String run,
        boolean complete,
        int line,
        Checkpoint.Counts counts,
        List<CatalogueRow.Bad> bad,
        Set<TemplateId> shortLived) {

    /** Bad rows that are named; more are only counted. */
    static final int MOST_BAD = 1000;

    public PlanReport {
        bad = List.copyOf(bad);
        shortLived = Set.copyOf(shortLived);
    }
}
