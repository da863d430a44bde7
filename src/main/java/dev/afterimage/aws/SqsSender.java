package dev.afterimage.aws;

import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageNotInflightException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** Sends jobs to a queue in batches, several at once, and repeats those of a batch that SQS did not take. */
final class SqsSender {

    /** The most messages of a batch ("Amazon SQS message quotas"). */
    static final int MOST_MESSAGES = 10;

    /** How many batches are sent at once, so that a hundred thousand jobs take seconds and not minutes. */
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

    /** Sends the jobs. All are on the queue when this returns; some may be when it fails. */
    void send(String queue, List<SqsJob> jobs) {
        List<List<SqsJob>> batches = pack(jobs);
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
            call(() -> sqs.sendMessageBatch(request -> request.queueUrl(queue).entries(entries)))
                    .successful()
                    .forEach(entry -> unsent.remove(entry.id()));
        }
        if (!unsent.isEmpty()) {
            throw new QueueUnavailableException(
                    "SQS did not take " + unsent.size() + " of " + batch.size() + " jobs",
                    new IllegalStateException("partial batch failure"));
        }
    }

    /** Packs messages into batches of at most {@link #MOST_MESSAGES} messages and {@link SqsJob#MOST_BYTES} bytes. */
    static List<List<SqsJob>> pack(List<SqsJob> jobs) {
        List<List<SqsJob>> batches = new ArrayList<>();
        List<SqsJob> batch = new ArrayList<>();
        int bytes = 0;
        for (SqsJob job : jobs) {
            int size = SqsJob.bytes(job.body());
            if (size > SqsJob.MOST_BYTES) {
                throw new InvalidRequestException(
                        "The data is too large to be queued; send less than 250 KiB of it.", "data");
            }
            if (batch.size() == MOST_MESSAGES || bytes + size > SqsJob.MOST_BYTES) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(job);
            bytes += size;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /** Makes a call that needs a claim. Says whether the claim was still held. */
    static boolean unlessLost(Supplier<?> operation) {
        try {
            var unused = operation.get();
            return true;
        } catch (MessageNotInflightException | ReceiptHandleIsInvalidException lost) {
            return false;
        } catch (SdkException e) {
            throw unavailable(e);
        }
    }

    /** Makes a call to SQS. Fails with the queue's own exception. */
    static <T> T call(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (SdkException e) {
            throw unavailable(e);
        }
    }

    private static QueueUnavailableException unavailable(SdkException e) {
        return new QueueUnavailableException(
                "SQS cannot be used now (" + e.getClass().getSimpleName() + ")", e);
    }
}
