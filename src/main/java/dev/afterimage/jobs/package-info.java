/**
 * Work that outlives its caller. A {@link dev.afterimage.jobs.Job} is put on the {@link dev.afterimage.jobs.JobQueue} and
 * claimed by one {@link dev.afterimage.jobs.Worker} at a time, which sends it through the same pipeline as everybody's
 * requests. What comes back becomes a {@link dev.afterimage.jobs.JobOutcomes.JobOutcome}: done, later, or the dead-letter
 * queue with its reason. {@link dev.afterimage.jobs.QueuedBacklog} is how a request keeps the promise of a 202.
 */
@NullMarked
package dev.afterimage.jobs;

import org.jspecify.annotations.NullMarked;
