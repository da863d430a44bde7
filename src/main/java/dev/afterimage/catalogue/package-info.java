/**
 * Images before anybody asks for them. A {@link dev.afterimage.catalogue.CatalogueFormat} reads a file as a stream of
 * {@link dev.afterimage.catalogue.CatalogueRows}, one row in memory at a time; the
 * {@link dev.afterimage.catalogue.Planner} drops what stays fresh until the next plan has run, and the
 * {@link dev.afterimage.catalogue.CatalogueRunner} puts the rest on the queue. A bad row is reported with its line and
 * doesn't stop the others. A {@link dev.afterimage.catalogue.Checkpoint} remembers how far a run came, because a Lambda
 * function has fifteen minutes and a laptop is closed at night.
 */
@NullMarked
package dev.afterimage.catalogue;

import org.jspecify.annotations.NullMarked;
