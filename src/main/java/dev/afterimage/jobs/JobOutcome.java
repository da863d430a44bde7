package dev.afterimage.jobs;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.OpenJob;
import java.time.Duration;

/** What is to become of a job that was tried. */
public sealed interface JobOutcome {

    /** There is an image. */
    record Done(RowResult.Outcome how, ImageKey key) implements JobOutcome {}

    /** A callback's receiver has taken it. */
    record Told() implements JobOutcome {}

    /**
     * It waits, because everybody must: the provider, the limiter, the budget or the quota says so. Uses no attempt.
     *
     * @param delay as long as was named
     * @param everybody whether other jobs of the lane would be told the same
     */
    record Wait(Duration delay, boolean everybody) implements JobOutcome {}

    /**
     * The provider has not ended its job, so it comes back to ask again. Uses no attempt.
     *
     * @param job what finds the provider's job again
     */
    record Unfinished(Duration delay, OpenJob job) implements JobOutcome {}

    /** It failed and may succeed later. Uses an attempt. */
    record Retry(Duration delay, String reason) implements JobOutcome {}

    /** It failed for good: an operator must look at it. */
    record DeadLettered(String reason) implements JobOutcome {}
}
