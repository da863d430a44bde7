package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.util.List;
import java.util.Set;

/** Port: works off a batch of queued jobs. */
@FunctionalInterface
public interface JobBatchHandler {

    /**
     * Blocks until each job has met its outcome, or the deadline has come. One job's failure touches no other.
     *
     * @param messages each with an id of its own
     * @param deadline when the invocation nears its end
     * @return the ids of the messages that SQS must hand out again; all others are deleted
     */
    Set<String> handle(List<QueueMessage> messages, Deadline deadline) throws InterruptedException;
}
