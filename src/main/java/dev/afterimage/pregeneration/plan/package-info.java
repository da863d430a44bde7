/**
 * From a catalogue to jobs. The {@link dev.afterimage.pregeneration.plan.Planner} computes keys and asks the index, in
 * batches, what is fresh; the {@link dev.afterimage.pregeneration.plan.CatalogueRunner} drops that and duplicates, puts the
 * rest on the queue, and remembers in a {@link dev.afterimage.pregeneration.plan.Checkpoint} how far it came, because a
 * function has fifteen minutes and a laptop is closed at night.
 */
@NullMarked
package dev.afterimage.pregeneration.plan;

import org.jspecify.annotations.NullMarked;
