package dev.afterimage.store;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Port: keeps the images, each with its entry, so that they survive a crash. Operations block (call them from a virtual
 * thread) and fail with a {@link StoreUnavailableException}. An image is there whole or not at all, whatever happens while
 * it is written.
 */
public interface ImageStore {

    /** The entry kept with the image, whatever its freshness, without reading the image. */
    Optional<IndexEntry> find(ImageKey key);

    /** The image with its entry. */
    Optional<StoredImage> read(ImageKey key);

    /**
     * Stores the image; once this returns it survives a crash.
     *
     * @return the entry of the image that is stored now. Of two images of a key the one that was created later is kept, and
     *     of two that were created at the same time the one that was stored first
     */
    IndexEntry put(IndexEntry entry, byte[] content);

    /** Removes the image; does nothing when there is none. */
    void delete(ImageKey key);

    /** Removes the image if it has exactly this entry; does nothing when another image, or none, is stored. */
    void delete(IndexEntry entry);

    /**
     * A short text that is kept beside the images, because it must outlive Redis' memory.
     *
     * @param name lower-case letters and hyphens
     */
    Optional<String> note(String name);

    /** Keeps a note in place of the former one of that name; once this returns it survives a crash. */
    void note(String name, String text);

    /** An image read back with the entry that describes it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; a copy would cost megabytes
    record StoredImage(IndexEntry entry, byte[] content) {}

    /**
     * The store cannot be used now: it is out of reach, denies access, or is full. The message is for the operator and
     * holds no secret.
     */
    class StoreUnavailableException extends RuntimeException {

        public StoreUnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
