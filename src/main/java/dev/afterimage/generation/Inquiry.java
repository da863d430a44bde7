package dev.afterimage.generation;

import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;

/**
 * One request on its way through the pipeline.
 *
 * @param caller who pays with a share of the quota; {@link Caller#QUEUE} for a job of the queue
 * @param lane who waits
 * @param deadline until when the caller waits; what takes longer becomes {@link ImageOutcome.Pending}. A deadline that has
 *     passed asks for exactly that: start it, and don't wait ({@code Prefer: respond-async})
 */
public record Inquiry(ImageRequest request, Caller caller, Lane lane, Deadline deadline) {

    /**
     * Whether a worker asks on behalf of the queue. The quota of a job was counted when it was accepted; and being queued
     * already, it is not queued again: what asks to wait is thrown, so that the worker can put the job back.
     */
    public boolean isJob() {
        return caller.equals(Caller.QUEUE);
    }
}
