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
        if (!isQueued(key)) {
            enqueue(key, image(key, request, Lane.INTERACTIVE, payer), delay);
        }
    }

    @Override
    public void refresh(ImageKey key, ImageRequest request) {
        ImageKey mark = PendingKeys.ofRefresh(key);
        if (!isQueued(mark) && !isQueued(key)) {
            enqueue(mark, image(key, request, Lane.BULK, Caller.SERVICE), Duration.ZERO);
        }
    }

    private boolean isQueued(ImageKey mark) {
        return marks.of(mark) == PendingKeys.Mark.CONFIRMED;
    }

    private Job image(ImageKey key, ImageRequest request, Lane lane, Caller payer) {
        return new Job.Image(ids.next(), key, request, lane, payer, Optional.empty(), Horizon.NONE);
    }

    private void enqueue(ImageKey mark, Job job, Duration delay) {
        marks.intend(mark);
        try {
            queue.enqueue(List.of(job), delay);
        } catch (RuntimeException notTaken) {
            forget(mark, notTaken);
            throw notTaken;
        }
        marks.confirm(mark);
    }

    /** Clears the mark of a job that the queue did not take, so that nobody is told that its image is pending. */
    private void forget(ImageKey mark, RuntimeException notTaken) {
        try {
            if (!isQueued(mark)) {
                marks.clear(mark);
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
