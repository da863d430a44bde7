package dev.afterimage.store;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.util.Optional;

/**
 * Port: durable storage of pictures. Operations block (call them from a virtual thread) and fail with a
 * {@link StoreUnavailableException}. A picture is there whole or not at all, whatever happens while it is written.
 */
public interface ImageStore {

    /** The entry kept with the picture, whatever its freshness, without reading the picture. */
    Optional<IndexEntry> find(ImageKey key);

    /** The picture with its entry. */
    Optional<StoredImage> read(ImageKey key);

    /**
     * Stores the picture; once this returns it survives a crash.
     *
     * @return the entry that now stands: the given one, or the one that another writer stored first when that one is
     *     created no earlier (the later picture wins, and of two equally old ones the first)
     */
    IndexEntry put(IndexEntry entry, byte[] content);

    /** Removes the picture; quietly when there is none. */
    void delete(ImageKey key);

    /**
     * A short text that was kept beside the pictures: what the fleet must not forget when Redis does.
     *
     * @param name lower-case letters and hyphens
     */
    Optional<String> note(String name);

    /** Keeps a note in the place of the one that stands; once this returns it survives a crash. */
    void note(String name, String text);
}
