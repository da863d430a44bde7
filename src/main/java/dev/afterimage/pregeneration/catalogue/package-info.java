/**
 * Lists of images, read as a stream. A {@link dev.afterimage.pregeneration.catalogue.CatalogueFormat} opens a stream as
 * {@link dev.afterimage.pregeneration.catalogue.CatalogueRows}; each {@link dev.afterimage.pregeneration.catalogue.CatalogueRow}
 * is a request or a bad row with its line and the reason. A bad row doesn't stop the others, and memory holds one row at a
 * time, however many there are.
 */
@NullMarked
package dev.afterimage.pregeneration.catalogue;

import org.jspecify.annotations.NullMarked;
