package dev.afterimage.pregeneration.plan;

import dev.afterimage.image.ImageKey;
import dev.afterimage.pregeneration.catalogue.CatalogueRow;

/**
 * A row that has been looked up.
 *
 * @param fresh whether its picture is there and may still be served
 */
public record Planned(CatalogueRow.Wanted row, ImageKey key, boolean fresh) {}
