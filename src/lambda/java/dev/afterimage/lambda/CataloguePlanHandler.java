package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;

/** Port: plans a catalogue, that is, queues what is missing. */
@FunctionalInterface
public interface CataloguePlanHandler {

    /**
     * Blocks until the catalogue is planned, or the deadline has come; then remembers how far it came.
     *
     * @param catalogue its name in the configuration
     * @return whether it came to the end; if not, the next call goes on
     * @throws IllegalArgumentException when there is no catalogue of that name
     */
    boolean plan(String catalogue, Deadline deadline) throws InterruptedException;
}
