package dev.afterimage.generation;

import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;

/**
 * One request on its way through the pipeline.
 *
 * @param caller who pays with a share of the quota
 * @param lane who waits
 * @param deadline until when the caller waits; what takes longer becomes {@link ImageOutcome.Pending}. A deadline that has
 *     passed asks for exactly that: start it, and don't wait ({@code Prefer: respond-async})
 */
public record Inquiry(ImageRequest request, Caller caller, Lane lane, Deadline deadline) {}
