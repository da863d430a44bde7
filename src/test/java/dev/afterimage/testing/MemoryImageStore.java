package dev.afterimage.testing;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.StoredImage;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A store that forgets everything with its process. */
public final class MemoryImageStore implements ImageStore {

    private final Map<ImageKey, StoredImage> pictures = new ConcurrentHashMap<>();

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return read(key).map(StoredImage::entry);
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        return Optional.ofNullable(pictures.get(key));
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        StoredImage given = new StoredImage(entry, content);
        return pictures.merge(
                        entry.key(),
                        given,
                        (former, later) ->
                                later.entry().createdAt().isAfter(former.entry().createdAt()) ? later : former)
                .entry();
    }

    @Override
    public void delete(ImageKey key) {
        pictures.remove(key);
    }
}
