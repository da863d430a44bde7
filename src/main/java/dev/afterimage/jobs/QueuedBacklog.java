package dev.afterimage.jobs;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.Backlog;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The backlog of the on-demand path: the interactive lane of the job queue, with a mark for each key, which says "pending"
 * until the job ends. A key that is on the queue already is not put there again, however often its caller asks.
 */
@Singleton
public final class QueuedBacklog implements Backlog {

    private final JobQueue queue;
    private final PendingKeys marks;
    private final TimeOrderedIds ids;

    public QueuedBacklog(JobQueue queue, PendingKeys marks, TimeOrderedIds ids) {
        this.queue = queue;
        this.marks = marks;
        this.ids = ids;
    }

    @Override
    public void accept(ImageKey key, ImageRequest request, Caller payer, Duration delay) {
        enqueue(key, request, Lane.INTERACTIVE, payer, delay);
    }

    @Override
    public void refresh(ImageKey key, ImageRequest request) {
        enqueue(key, request, Lane.BULK, Caller.SERVICE, Duration.ZERO);
    }

    private void enqueue(ImageKey key, ImageRequest request, Lane lane, Caller payer, Duration delay) {
        if (marks.of(key) == PendingKeys.Mark.CONFIRMED) {
            return;
        }
        marks.intend(key);
        Job job = new Job.Image(ids.next(), key, request, lane, payer, Optional.empty(), Horizon.NONE);
        try {
            queue.enqueue(List.of(job), delay);
        } catch (RuntimeException notTaken) {
            forget(key, notTaken);
            throw notTaken;
        }
        marks.confirm(key);
    }

    /** Clears the mark of a job that the queue did not take, so that nobody is told that its image is pending. */
    private void forget(ImageKey key, RuntimeException notTaken) {
        try {
            if (marks.of(key) != PendingKeys.Mark.CONFIRMED) {
                marks.clear(key);
            }
        } catch (QueueUnavailableException alsoGone) {
            notTaken.addSuppressed(alsoGone);
        }
    }

    @Override
    public boolean contains(ImageKey key) {
        return marks.of(key) != PendingKeys.Mark.NONE;
    }
}
