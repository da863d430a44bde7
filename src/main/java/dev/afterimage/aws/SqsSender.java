package dev.afterimage.aws;

import dev.afterimage.jobs.QueueUnavailableException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** Puts jobs on a queue in batches, several at once, and sends again what SQS did not take of one. */
final class SqsSender {

    /** Batches that are sent at once: a hundred thousand jobs in seconds and not in minutes. */
    private static final int PARALLEL_SENDS = 16;

    private static final int SEND_TRIES = 3;

    private final SqsClient sqs;
    private final Clock clock;
    private final ExecutorService threads;

    SqsSender(SqsClient sqs, Clock clock, ExecutorService threads) {
        this.sqs = sqs;
        this.clock = clock;
        this.threads = threads;
    }

    /** All of them are on the queue when this returns; when it fails, some may be. */
    void send(String queue, List<SqsJob> jobs) {
        List<List<SqsJob>> batches = SqsBatches.pack(jobs);
        for (int from = 0; from < batches.size(); from += PARALLEL_SENDS) {
            List<Future<?>> sent = new ArrayList<>();
            for (List<SqsJob> batch : batches.subList(from, Math.min(batches.size(), from + PARALLEL_SENDS))) {
                sent.add(threads.submit(() -> sendBatch(queue, batch)));
            }
            sent.forEach(SqsSender::await);
        }
    }

    private static void await(Future<?> sent) {
        try {
            sent.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueueUnavailableException("interrupted while jobs were sent to SQS", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QueueUnavailableException unavailable) {
                throw unavailable;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void sendBatch(String queue, List<SqsJob> batch) {
        Map<String, SqsJob> unsent = new HashMap<>();
        batch.forEach(job -> unsent.put(Integer.toString(unsent.size()), job));
        for (int attempt = 0; attempt < SEND_TRIES && !unsent.isEmpty(); attempt++) {
            List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
            unsent.forEach((id, job) -> entries.add(SendMessageBatchRequestEntry.builder()
                    .id(id)
                    .messageBody(job.body())
                    .messageAttributes(job.attributes())
                    .delaySeconds(job.delaySeconds(clock))
                    .build()));
            SqsCalls.call(() -> sqs.sendMessageBatch(
                            request -> request.queueUrl(queue).entries(entries)))
                    .successful()
                    .forEach(entry -> unsent.remove(entry.id()));
        }
        if (!unsent.isEmpty()) {
            throw new QueueUnavailableException(
                    "SQS did not take " + unsent.size() + " of " + batch.size() + " jobs",
                    new IllegalStateException("partial batch failure"));
        }
    }
}
