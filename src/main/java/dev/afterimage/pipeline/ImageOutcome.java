package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.ImageKey;
import java.time.Duration;

/**
 * How a request ended, in the words of RFC 9211. A request that fails ends with an exception, such as a
 * {@link GenerationException}.
 */
public sealed interface ImageOutcome {

    ImageKey key();

    /** There is an image to deliver. */
    sealed interface Ready extends ImageOutcome {

        IndexEntry entry();

        @Override
        default ImageKey key() {
            return entry().key();
        }
    }

    /** The image was there, and fresh. It cost nothing. */
    record Hit(IndexEntry entry) implements Ready {}

    /**
     * An image that is no longer fresh: a new one is made in the background, or cannot be had now. It cost nothing.
     *
     * @param staleFor how long ago it ceased to be fresh
     */
    record Stale(IndexEntry entry, Duration staleFor) implements Ready {}

    /** The image was missing. This request led the generation, and it is stored. */
    record Stored(IndexEntry entry) implements Ready {}

    /** The image was missing, and another request generated it. It cost this one nothing. */
    record Collapsed(IndexEntry entry) implements Ready {}

    /**
     * The image is being generated, or queued, and will not be there before the caller's deadline.
     *
     * @param retryAfter when it is worth asking again, at least a second
     */
    record Pending(ImageKey key, Duration retryAfter) implements ImageOutcome {}
}
