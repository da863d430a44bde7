package dev.afterimage.jobs;

import java.util.List;

/** Port: what workers tell and ask of the batches whose rows they work off. Operations block. */
public interface BatchRows {

    /** Remembers rows that ended. The first success of a row stands; a failure stands until a success. */
    void record(String batch, List<RowResult> results);

    /** Whether nothing of the batch is to be started any more. Asked before each job, so cheap. */
    boolean isCancelled(String batch);
}
