package dev.afterimage.metrics;

/** Port: collects the numbers of the moment. */
@FunctionalInterface
public interface StatsSource {

    /** May block for a few round trips; what cannot be had is null in the answer, never an error. */
    Stats current();
}
