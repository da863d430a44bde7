/**
 * Work that outlives its caller. A {@link dev.afterimage.pregeneration.queue.Job} is put on the
 * {@link dev.afterimage.pregeneration.queue.JobQueue}, claimed by one worker at a time, and ends as done or, with its
 * reason, on the dead-letter queue. {@link dev.afterimage.pregeneration.queue.QueuedBacklog} is how the on-demand path
 * keeps the promise of a 202.
 */
@NullMarked
package dev.afterimage.pregeneration.queue;

import org.jspecify.annotations.NullMarked;
