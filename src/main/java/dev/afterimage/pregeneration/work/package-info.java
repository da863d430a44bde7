/**
 * From a job to its end. A {@link dev.afterimage.pregeneration.work.Worker} claims jobs while it has hands free, a
 * {@link dev.afterimage.pregeneration.work.JobRunner} sends each through the pipeline, and what comes back is translated by
 * {@link dev.afterimage.pregeneration.work.JobOutcomes} into a {@link dev.afterimage.pregeneration.work.JobOutcome}: done, later,
 * or the dead-letter queue.
 */
@NullMarked
package dev.afterimage.pregeneration.work;

import org.jspecify.annotations.NullMarked;
