package dev.afterimage.jobs;

import dev.afterimage.image.ImageKey;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Port: the part of the batches' ledger that workers use, to record how rows ended. Operations block. */
public interface BatchRows {

    /**
     * Remembers rows that ended. The first success of a row stands; a failure stands until a success.
     *
     * @return whether the batch has a callback
     */
    boolean record(String batch, List<RowResult> results);

    /** The callback URL of a batch that has been received and has ended, if its callback is not on the queue yet. */
    Optional<URI> dueCallback(String batch);

    /** Notes that the callback is on the queue. */
    void callbackQueued(String batch);

    /** Whether no further row of the batch is to be started. Cheap, because it is asked before each job. */
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

        /** The same with the key of the row's image. */
        public RowResult withKey(ImageKey image) {
            return new RowResult(line, outcome, reason, Optional.of(image));
        }
    }
}
