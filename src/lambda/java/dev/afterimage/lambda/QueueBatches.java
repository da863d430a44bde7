package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Has batches of jobs worked off, and says which messages must come again. When that cannot be told, all must: a job that
 * is delivered twice is billed once.
 */
final class QueueBatches {

    private static final System.Logger LOG = System.getLogger(QueueBatches.class.getName());

    private final JobBatchHandler worker;
    private final TimeLimited timeLimited;

    QueueBatches(JobBatchHandler worker, TimeLimited timeLimited) {
        this.worker = worker;
        this.timeLimited = timeLimited;
    }

    /** The ids for {@code batchItemFailures}, in the batch's order. */
    List<String> failures(List<QueueMessage> messages, InvocationTime time) throws InterruptedException {
        List<String> ids = messages.stream().map(QueueMessage::messageId).toList();
        try {
            Deadline answerBy = time.answerBy();
            Set<String> failed = timeLimited.call(() -> worker.handle(messages, answerBy), time.stopBy());
            // An id that isn't in the batch would make Lambda hand out the whole batch again.
            return ids.stream().filter(failed::contains).toList();
        } catch (TimeoutException e) {
            LOG.log(Level.ERROR, "the worker overran its deadline; all {0} jobs are handed out again", ids.size());
        } catch (ExecutionException e) {
            LOG.log(Level.ERROR, "the worker failed; all " + ids.size() + " jobs are handed out again", e.getCause());
        }
        return ids;
    }
}
