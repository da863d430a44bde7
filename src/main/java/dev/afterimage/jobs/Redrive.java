package dev.afterimage.jobs;

import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.limit.Receipts;
import dev.afterimage.time.Deadline;
import jakarta.inject.Singleton;
import java.time.Clock;

/**
 * Puts dead letters back on the queue for an operator, who thereby allows one more purchase of each one's image: a job that
 * was given up because its purchases were used up would be given up again at once.
 */
@Singleton
public final class Redrive {

    /** The most jobs that are put back before the deadline is checked again. */
    private static final int AT_ONCE = 20;

    private final JobQueue queue;
    private final Receipts receipts;
    private final KeyScheme keys;
    private final TemplateVersions versions;
    private final Clock clock;

    public Redrive(JobQueue queue, Receipts receipts, KeyScheme keys, TemplateVersions versions, Clock clock) {
        this.queue = queue;
        this.receipts = receipts;
        this.keys = keys;
        this.versions = versions;
        this.clock = clock;
    }

    /**
     * Puts back what is on the dead-letter queue now. Blocks. A job that is given up again meanwhile stays there, so that one
     * call allows each image one purchase.
     *
     * @param deadline what could not be put back by then stays, for another call
     * @return how many were put back
     */
    public int run(Deadline deadline) {
        // The count may be some seconds old, so a small one is not trusted.
        long most = Math.max(AT_ONCE, queue.status().deadLetters());
        int redriven = 0;
        while (redriven < most && !deadline.hasPassed(clock)) {
            int asked = (int) Math.min(AT_ONCE, most - redriven);
            int moved = queue.redrive(asked, this::allowAnother);
            redriven += moved;
            if (moved < asked) {
                break;
            }
        }
        return redriven;
    }

    /** Allows another purchase under the image's present key, which a purge may have changed since the job was made. */
    private void allowAnother(Job redriven) {
        if (!(redriven instanceof Job.Image job)) {
            return;
        }
        long version =
                versions.current(job.request().template()).toCompletableFuture().join();
        ImageKey key = keys.keyOf(job.request(), version);
        receipts.allowAnother(key);
    }
}
