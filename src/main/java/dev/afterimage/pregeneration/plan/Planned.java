package dev.afterimage.pregeneration.plan;

import dev.afterimage.image.ImageKey;
import dev.afterimage.pregeneration.catalogue.CatalogueRow;

/**
 * A row that has been looked up.
 *
 * @param fresh whether its image is there, may be served, and meets the plan's horizon
 */
public record Planned(CatalogueRow.Wanted row, ImageKey key, boolean fresh) {}
