package dev.afterimage.jobs;

import dev.afterimage.image.ImageKey;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Port: what workers report of the rows of batches, and ask of the batches. Operations block. */
public interface BatchRows {

    /**
     * Remembers rows that ended. The first success of a row stands; a failure stands until a success.
     *
     * @return whether somebody is to be told when the batch ends
     */
    boolean record(String batch, List<RowResult> results);

    /** Who is to be told now: the batch has been received and has ended, and its callback is not on the queue yet. */
    Optional<URI> dueCallback(String batch);

    /** The callback is on the queue. */
    void callbackQueued(String batch);

    /** Whether nothing of the batch is to be started any more. Asked before each job, so cheap. */
    boolean isCancelled(String batch);

    /**
     * The end of one row.
     *
     * @param reason why it failed, cut to {@value #MOST_REASON} characters; empty when it did not. What the provider wrote
     *     stands in it in quotation marks and may repeat data values
     * @param key the row's image; empty for a row that could not be read
     */
    record RowResult(int line, Outcome outcome, String reason, Optional<ImageKey> key) {

        /** How a row ended. */
        public enum Outcome {
            /** Its image was there. */
            HIT,
            /** Its image was made. */
            GENERATED,
            /** There is no image, for a reason. A later success, after a redrive, replaces it. */
            FAILED
        }

        private static final int MOST_REASON = 500;

        public RowResult {
            reason = reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) : reason;
        }

        public static RowResult hit(int line) {
            return new RowResult(line, Outcome.HIT, "", Optional.empty());
        }

        public static RowResult generated(int line) {
            return new RowResult(line, Outcome.GENERATED, "", Optional.empty());
        }

        public static RowResult failed(int line, String reason) {
            return new RowResult(line, Outcome.FAILED, reason, Optional.empty());
        }

        /** The same with the row's image. */
        public RowResult of(ImageKey image) {
            return new RowResult(line, outcome, reason, Optional.of(image));
        }
    }
}
