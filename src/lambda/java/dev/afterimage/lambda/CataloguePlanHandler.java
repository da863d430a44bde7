package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;

/** Port: plans a catalogue: queues jobs for its missing images. */
@FunctionalInterface
public interface CataloguePlanHandler {

    /**
     * Plans a catalogue until its end or the deadline, and then remembers how far it came. Blocks.
     *
     * @param catalogue its name in the configuration
     * @return whether it came to the end; if not, the next call goes on
     * @throws IllegalArgumentException when there is no catalogue of that name
     */
    boolean plan(String catalogue, Deadline deadline) throws InterruptedException;
}
