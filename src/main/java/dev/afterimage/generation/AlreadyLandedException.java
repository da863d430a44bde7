package dev.afterimage.generation;

import dev.afterimage.cache.IndexEntry;

/** The call was not made: when it had its permit, another call had brought the image. Nothing was billed. */
public final class AlreadyLandedException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final transient IndexEntry entry;

    public AlreadyLandedException(IndexEntry entry) {
        super("another call has brought the image", null);
        this.entry = entry;
    }

    public IndexEntry entry() {
        return entry;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
