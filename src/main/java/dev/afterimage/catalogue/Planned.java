package dev.afterimage.catalogue;

import dev.afterimage.image.ImageKey;

/**
 * A row that has been looked up.
 *
 * @param fresh whether its image is there, may be served, and meets the plan's horizon
 */
public record Planned(CatalogueRow.Wanted row, ImageKey key, boolean fresh) {

    /** The row in the place of this one, whose job the queue does not take. */
    public CatalogueRow.Bad tooLarge() {
        return new CatalogueRow.Bad(
                row.line(),
                "The data is too large to be queued; send less than 250 KiB of it, and refer to large content by its URL.");
    }
}
