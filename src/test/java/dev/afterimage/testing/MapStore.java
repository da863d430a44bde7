package dev.afterimage.testing;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.StoreUnavailableException;
import dev.afterimage.store.StoredImage;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A store in memory that can be made to fail. */
public final class MapStore implements ImageStore {

    private final Map<ImageKey, StoredImage> images = new ConcurrentHashMap<>();
    private volatile boolean down;

    public MapStore down(boolean isDown) {
        down = isDown;
        return this;
    }

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return read(key).map(StoredImage::entry);
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        check();
        return Optional.ofNullable(images.get(key));
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        check();
        images.put(entry.key(), new StoredImage(entry, content));
        return entry;
    }

    @Override
    public void delete(ImageKey key) {
        check();
        images.remove(key);
    }

    private void check() {
        if (down) {
            throw new StoreUnavailableException("down", new RuntimeException());
        }
    }
}
