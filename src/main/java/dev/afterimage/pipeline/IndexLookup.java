package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.util.Optional;

/**
 * The result of looking a request's image up in the index.
 *
 * @param entry what the index knows, whatever its freshness; empty also when the index could not be reached
 * @param hit the answer, when the entry was fresh
 */
public record IndexLookup(ImageKey key, Optional<IndexEntry> entry, Optional<ImageOutcome.Hit> hit) {}
