package dev.afterimage.aws;

import dev.afterimage.image.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;

/** Packs messages into batches by both limits of "Amazon SQS message quotas": 10 messages, 256 KiB in all. */
final class SqsBatches {

    static final int MOST_MESSAGES = 10;

    private SqsBatches() {}

    static List<List<SqsJob>> pack(List<SqsJob> jobs) {
        List<List<SqsJob>> batches = new ArrayList<>();
        List<SqsJob> batch = new ArrayList<>();
        int bytes = 0;
        for (SqsJob job : jobs) {
            String body = job.body();
            int size = SqsJob.bytes(body);
            if (!SqsJob.fits(body)) {
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
}
