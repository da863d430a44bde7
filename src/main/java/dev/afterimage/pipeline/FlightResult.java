package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;

/**
 * How a flight ended well.
 *
 * @param generated whether this process paid for the image; false when another leader's was found
 */
record FlightResult(IndexEntry entry, boolean generated) {}
