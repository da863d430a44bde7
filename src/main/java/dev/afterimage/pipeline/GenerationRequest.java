package dev.afterimage.pipeline;

import dev.afterimage.cache.Horizon;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Receipts.OpenJob;
import dev.afterimage.time.Deadline;
import java.util.Optional;

/**
 * A request for an image, with its caller, deadline and priority.
 *
 * @param caller whose quota and budget the request counts on
 * @param lane whether somebody waits for it
 * @param deadline until when the answer is waited for. A deadline that has passed means: start it and do not wait
 *     ({@code Prefer: respond-async})
 * @param queued whether it is a job that a worker took from the queue, or a poll after a webhook, which is treated as
 *     one. If it takes longer than the deadline, it ends with a {@link ThrottledException}, so that a worker can put
 *     its job back; any other request gets an old image, or is put on the queue and becomes
 *     {@link ImageOutcome.Pending}
 * @param horizon until when an image must stay fresh to be good enough; one that does not is made anew
 * @param open the job at the provider with which the request goes on; empty for none
 * @param mayBuy whether the image may be bought; else the request only goes on with a job at the provider, if the key's
 *     receipt has the ticket of one
 */
public record GenerationRequest(
        ImageRequest request,
        Caller caller,
        Lane lane,
        Deadline deadline,
        boolean queued,
        Horizon horizon,
        Optional<OpenJob> open,
        boolean mayBuy) {

    /** A request that somebody waits for. */
    public static GenerationRequest onDemand(ImageRequest request, Caller caller, Deadline deadline) {
        return new GenerationRequest(
                request, caller, Lane.INTERACTIVE, deadline, false, Horizon.NONE, Optional.empty(), true);
    }

    /** A job of the queue. */
    public static GenerationRequest ofJob(
            ImageRequest request, Caller caller, Lane lane, Deadline deadline, Horizon horizon) {
        return new GenerationRequest(request, caller, lane, deadline, true, horizon, Optional.empty(), true);
    }

    /** A poll of a job at the provider, after a webhook said that it may have ended. It never buys an image. */
    public static GenerationRequest ofWebhook(ImageRequest request, Deadline deadline) {
        return new GenerationRequest(
                request, Caller.SERVICE, Lane.BULK, deadline, true, Horizon.NONE, Optional.empty(), false);
    }

    /** Whether it needs a permit: to go on with a job at the provider needs none. */
    boolean needsPermit() {
        return mayBuy && open.isEmpty();
    }

    /** The same request, which goes on with this job at the provider if there is one. */
    public GenerationRequest goingOnWith(Optional<OpenJob> job) {
        return new GenerationRequest(request, caller, lane, deadline, queued, horizon, job, mayBuy);
    }
}
