package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.util.Optional;

/**
 * What a look into the index has told of a request's image.
 *
 * @param entry whatever its freshness; empty also when the index could not be asked
 * @param hit the answer, when the entry was fresh
 */
public record IndexLookup(ImageKey key, Optional<IndexEntry> entry, Optional<ImageOutcome.Hit> hit) {}
