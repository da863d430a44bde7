package dev.afterimage.jobs;

/**
 * A job in the hands of one worker, until the visibility timeout unless {@linkplain JobQueue#extend extended}.
 *
 * @param attempts failed attempts before this one; waits that the provider asked for don't count
 * @param deliveries how often it was handed out since it was last put on the queue, this time included; more than one
 *     means that a worker died over it, or was too slow
 * @param receipt what the queue knows this claim by
 */
public record Claim(Job job, int attempts, int deliveries, String receipt) {}
