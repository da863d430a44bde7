package dev.afterimage.jobs;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import java.util.Optional;

/**
 * One image to be made.
 *
 * @param id names the job in logs; two deliveries of one job have the same
 * @param key the image's key when the job was made; a purge since then changes the image's, not the job's
 * @param lane the queue it waits in, and the lane it takes at the provider
 * @param caller whose quota it uses
 * @param row the row of the batch it belongs to, if any
 * @param horizon for how long a plan wants the image to be fresh; {@link Horizon#NONE} where no plan made the job
 */
public record Job(
        String id,
        ImageKey key,
        ImageRequest request,
        Lane lane,
        Caller caller,
        Optional<BatchRow> row,
        Horizon horizon) {

    public Job {
        if (id.isBlank() || id.length() > 128) {
            throw new IllegalArgumentException("a job's id has 1 to 128 characters");
        }
    }

    /** A job that no plan made: any fresh image ends it. */
    public Job(String id, ImageKey key, ImageRequest request, Lane lane, Caller caller, Optional<BatchRow> row) {
        this(id, key, request, lane, caller, row, Horizon.NONE);
    }
}
