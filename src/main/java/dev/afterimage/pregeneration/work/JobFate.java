package dev.afterimage.pregeneration.work;

import dev.afterimage.pregeneration.batch.RowFate;
import java.time.Duration;

/** What is to become of a job that was tried. */
public sealed interface JobFate {

    /** There is a picture. */
    record Done(RowFate how) implements JobFate {}

    /**
     * It waits, because everybody must: the provider, the limiter, the budget or the quota says so. Uses no attempt.
     *
     * @param delay as long as was named
     * @param everybody whether other jobs of the lane would be told the same
     */
    record Wait(Duration delay, boolean everybody) implements JobFate {}

    /** It failed and may succeed later. Uses an attempt. */
    record Retry(Duration delay, String reason) implements JobFate {}

    /** It failed for good: an operator must look at it. */
    record Bury(String reason) implements JobFate {}
}
