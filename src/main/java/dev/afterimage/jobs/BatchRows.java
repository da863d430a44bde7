package dev.afterimage.jobs;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Port: what workers tell and ask of the batches whose rows they work off. Operations block. */
public interface BatchRows {

    /**
     * Remembers rows that ended. The first success of a row stands; a failure stands until a success.
     *
     * @return whether somebody is to be told when the batch ends
     */
    boolean record(String batch, List<RowResult> results);

    /** Who is to be told now: the batch has been received and has ended, and its callback is not on the queue yet. */
    Optional<URI> dueCallback(String batch);

    /** The callback is on the queue. */
    void callbackQueued(String batch);

    /** Whether nothing of the batch is to be started any more. Asked before each job, so cheap. */
    boolean isCancelled(String batch);
}
