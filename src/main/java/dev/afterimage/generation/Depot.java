package dev.afterimage.generation;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.StoreUnavailableException;
import dev.afterimage.store.StoredImage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings pictures to where they are kept: the store, then the index. One that the store does not take (it is full) was paid for
 * all the same: it waits here, and while one waits nothing more is bought. So a full disk costs each process the calls that were
 * on their way, and not one a request.
 */
final class Depot {

    /** Beyond this, pictures are lost as they would be with the process. */
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    private final ImageStore store;
    private final Lookup lookup;
    private final Map<ImageKey, StoredImage> waiting = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    Depot(ImageStore store, Lookup lookup) {
        this.store = store;
        this.lookup = lookup;
    }

    /**
     * Stores a picture and tells the index.
     *
     * @return the entry that now stands, as {@link ImageStore#put} has it
     * @throws StoreUnavailableException when it could not be stored, and waits
     */
    IndexEntry put(IndexEntry entry, byte[] content) {
        try {
            return land(entry, content);
        } catch (StoreUnavailableException full) {
            keep(new StoredImage(entry, content));
            throw full;
        }
    }

    /**
     * Stores what waits; costs nothing when nothing does.
     *
     * @throws StoreUnavailableException when it still cannot be stored
     */
    void storeWaiting() {
        for (StoredImage picture : waiting.values()) {
            land(picture.entry(), picture.content());
            drop(picture);
        }
    }

    /** A picture that is to be forgotten does not wait either. */
    void forget(ImageKey key) {
        StoredImage picture = waiting.get(key);
        if (picture != null) {
            drop(picture);
        }
    }

    private IndexEntry land(IndexEntry entry, byte[] content) {
        IndexEntry standing = store.put(entry, content);
        lookup.remember(standing);
        return standing;
    }

    private void keep(StoredImage picture) {
        int size = picture.content().length;
        if (bytes.addAndGet(size) > MOST_BYTES
                || waiting.putIfAbsent(picture.entry().key(), picture) != null) {
            bytes.addAndGet(-size);
        }
    }

    private void drop(StoredImage picture) {
        if (waiting.remove(picture.entry().key(), picture)) {
            bytes.addAndGet(-picture.content().length);
        }
    }
}
