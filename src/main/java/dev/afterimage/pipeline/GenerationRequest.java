package dev.afterimage.pipeline;

import dev.afterimage.cache.Horizon;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.OpenJob;
import dev.afterimage.time.Deadline;
import java.util.Optional;

/**
 * One request on its way through the pipeline.
 *
 * @param caller who pays with a share of the quota
 * @param lane who waits
 * @param deadline until when the answer is waited for. One that has passed asks to start it and not to wait
 *     ({@code Prefer: respond-async})
 * @param queued whether a worker asks, because it is on the queue already. What takes longer than the deadline is then
 *     thrown as {@link ThrottledException}, so that the worker can put it back; otherwise it is queued and becomes
 *     {@link ImageOutcome.Pending}
 * @param horizon what a fresh image must fulfil to be good enough; else it is made anew
 * @param open the job at the provider that the worker has come back for
 */
public record GenerationRequest(
        ImageRequest request,
        Caller caller,
        Lane lane,
        Deadline deadline,
        boolean queued,
        Horizon horizon,
        Optional<OpenJob> open) {

    /** Somebody waits for it. */
    public static GenerationRequest onDemand(ImageRequest request, Caller caller, Deadline deadline) {
        return new GenerationRequest(
                request, caller, Lane.INTERACTIVE, deadline, false, Horizon.NONE, Optional.empty());
    }

    /** A job of the queue. */
    public static GenerationRequest ofJob(ImageRequest request, Caller caller, Lane lane, Deadline deadline) {
        return ofJob(request, caller, lane, deadline, Horizon.NONE);
    }

    /** A job of the queue that a plan made. */
    public static GenerationRequest ofJob(
            ImageRequest request, Caller caller, Lane lane, Deadline deadline, Horizon horizon) {
        return new GenerationRequest(request, caller, lane, deadline, true, horizon, Optional.empty());
    }

    /** The same, which goes on with this job at the provider if there is one. */
    public GenerationRequest goingOnWith(Optional<OpenJob> job) {
        return new GenerationRequest(request, caller, lane, deadline, queued, horizon, job);
    }
}
