package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.util.List;
import java.util.Set;

/** Port: runs a batch of queued jobs. */
@FunctionalInterface
public interface JobBatchHandler {

    /**
     * Runs the jobs until each has ended, or until the deadline. Blocks. A job that fails does not affect the others.
     *
     * @param messages the jobs, each with an id of its own
     * @param deadline shortly before the invocation's end
     * @return the ids of the messages that SQS must deliver again; all others are deleted
     */
    Set<String> handle(List<QueueMessage> messages, Deadline deadline) throws InterruptedException;
}
