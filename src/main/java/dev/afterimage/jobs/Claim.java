package dev.afterimage.jobs;

import dev.afterimage.limit.OpenJob;

/**
 * A job in the hands of one worker, until the visibility timeout unless {@linkplain JobQueue#extend extended}.
 *
 * @param attempts failed attempts before this one; waits that the provider asked for don't count
 * @param deliveries how often it was handed out since it was last put on the queue, this time included; more than one
 *     means that a worker died over it, or was too slow
 * @param receipt what the queue knows this claim by
 */
public record Claim(Job job, int attempts, int deliveries, String receipt) {

    /** The same claim, whose job is to go on with one of the provider's where the backend can change what it holds. */
    Claim of(OpenJob open) {
        return new Claim(job instanceof Job.Image image ? image.of(open) : job, attempts, deliveries, receipt);
    }
}
