package dev.afterimage.jobs;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.Sha256;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;

/**
 * Port: marks the keys whose images the queue has promised to make. A mark is {@linkplain #intend set} before its job
 * is put on the queue, {@linkplain #confirm confirmed} after, and {@linkplain #clear cleared} when the job ends or the
 * queue does not take it. A mark that nobody clears vanishes by itself some days after it was set or confirmed last.
 * Operations block and fail with a {@link QueueUnavailableException}.
 */
public interface PendingKeys {

    /** What is known of a key. */
    enum Mark {
        NONE,
        /** Somebody is about to put it on the queue, or died before that. */
        INTENDED,
        /** It is on the queue. */
        CONFIRMED
    }

    /**
     * The key under which the refresh of a stale image has its mark. The refresh waits in the bulk lane, so its mark does
     * not count for a caller who is promised the image, which is queued in the interactive lane.
     */
    static ImageKey ofRefresh(ImageKey key) {
        return new ImageKey(Sha256.hex("refresh " + key.value()));
    }

    Mark of(ImageKey key);

    /** Sets the mark; a confirmed one stays so. */
    void intend(ImageKey key);

    /** Confirms the mark; without effect when it was cleared meanwhile, because the job has ended already. */
    void confirm(ImageKey key);

    void clear(ImageKey key);

    /**
     * Notes that the job of a key brought no image. Called after that job's mark was cleared; a mark that is there now
     * belongs to a newer job, and stays.
     */
    default void giveUp(ImageKey key) {}

    /**
     * For a key without a mark: whether its job is known to have ended without an image. Where marks can get lost, a missing
     * mark does not prove that, so {@link #giveUp} notes it.
     */
    default boolean isGivenUp(ImageKey key) {
        return of(key) == Mark.NONE;
    }
}
