package dev.afterimage.store;

import dev.afterimage.cache.IndexEntry;

/** An image read back with the entry that describes it. */
@SuppressWarnings("ArrayRecordComponent") // never compared; copying megabytes would serve nobody
public record StoredImage(IndexEntry entry, byte[] content) {}
