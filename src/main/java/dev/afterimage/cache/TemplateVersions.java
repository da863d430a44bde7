package dev.afterimage.cache;

import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Port: the version of a template, part of every key. Raising it turns every older image of that template into a miss.
 * Kept where the images are kept, so that it outlives a flushed cache.
 */
public interface TemplateVersions {

    /**
     * The current version; 0 for a template that was never purged. Does not block. Fails with a
     * {@link ImageIndex.CacheUnavailableException} when it is not known and cannot be read.
     */
    CompletionStage<Long> current(TemplateId template);

    /**
     * Raises the version, usually by one, and returns the new one. All instances use it after {@link #visibleWithin()} at
     * the latest. Blocks.
     *
     * @throws ImageIndex.CacheUnavailableException when it cannot be written
     */
    long raise(TemplateId template);

    /** The longest time for which another instance may still use the former version. */
    Duration visibleWithin();
}
