package dev.afterimage.jobs;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Receipts.OpenJob;
import java.net.URI;
import java.util.Optional;

/** A piece of work on the queue. */
public sealed interface Job {

    /** Names the job in logs; two deliveries of one job have the same. 1 to 128 characters. */
    String id();

    /** The queue it waits in. */
    Lane lane();

    private static void checkId(String id) {
        if (id.isBlank() || id.length() > 128) {
            throw new IllegalArgumentException("a job's id has 1 to 128 characters");
        }
    }

    /**
     * One image to be made.
     *
     * @param key the image's key when the job was queued; after a purge the image is made under a new key, and the job
     *     keeps this one
     * @param lane the queue it waits in, and the lane of the limiter that its call uses
     * @param caller whose quota it uses
     * @param row the row of the batch it belongs to, if any
     * @param horizon until when a plan wants the image to be fresh; {@link Horizon#NONE} where no plan made the job
     * @param open the job at the provider that makes the image, if one is set down
     */
    record Image(
            String id,
            ImageKey key,
            ImageRequest request,
            Lane lane,
            Caller caller,
            Optional<BatchRow> row,
            Horizon horizon,
            Optional<OpenJob> open)
            implements Job {

        public Image {
            checkId(id);
        }

        /** A job for which the provider has no job yet. */
        public Image(
                String id,
                ImageKey key,
                ImageRequest request,
                Lane lane,
                Caller caller,
                Optional<BatchRow> row,
                Horizon horizon) {
            this(id, key, request, lane, caller, row, horizon, Optional.empty());
        }

        /** The same job, which goes on with this job at the provider. */
        Image goingOnWith(OpenJob newOpen) {
            return new Image(id, key, request, lane, caller, row, horizon, Optional.of(newOpen));
        }
    }

    /**
     * Tells a caller that a batch has ended, or that an image for which it was answered 202 is there or was given up. Waits
     * in the interactive lane, and so not behind a catalogue.
     *
     * @param url the callback URL that the caller gave
     * @param subject what the callback is about
     */
    record Callback(String id, URI url, Subject subject) implements Job {

        public Callback {
            checkId(id);
        }

        @Override
        public Lane lane() {
            return Lane.INTERACTIVE;
        }
    }

    /** What a callback is about. */
    sealed interface Subject {

        /** An image for which the caller was answered 202. */
        record OfImage(ImageKey key) implements Subject {}

        /** A batch, by its id. */
        record OfBatch(String batch) implements Subject {}
    }

    /**
     * Where a job of a batch came from.
     *
     * @param batch the batch's id
     * @param line the row's line in the upload, from 1; unique within the batch
     */
    record BatchRow(String batch, int line) {

        public BatchRow {
            if (line < 1) {
                throw new IllegalArgumentException("lines are counted from 1");
            }
        }
    }
}
