package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.ImageKey;
import java.time.Duration;

/** How a request ended, in the words of RFC 9211. Failures are {@link GenerationException}s and their like. */
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

    /** It was there, and fresh. Cost nothing. */
    record Hit(IndexEntry entry) implements Ready {}

    /** A new one cannot be had now; this one is past its freshness by {@code staleFor}. */
    record Stale(IndexEntry entry, Duration staleFor) implements Ready {}

    /** It was missing; this request led the generation, and the image is stored. */
    record Stored(IndexEntry entry) implements Ready {}

    /** It was missing; another request was already generating it. Cost nothing. */
    record Collapsed(IndexEntry entry) implements Ready {}

    /**
     * It is being generated, or queued for it, and will not be there before the caller's deadline.
     *
     * @param retryAfter when it is worth asking again, at least a second
     */
    record Pending(ImageKey key, Duration retryAfter) implements ImageOutcome {}
}
