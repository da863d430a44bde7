package dev.afterimage.testing;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.store.ImageStore.StoredImage;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A store that forgets everything with its process, and can be made to fail. */
public class MemoryImageStore implements ImageStore {

    private final Map<ImageKey, StoredImage> images = new ConcurrentHashMap<>();
    private final Map<String, String> notes = new ConcurrentHashMap<>();
    private volatile boolean down;
    private volatile boolean full;
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private volatile Runnable afterFind = () -> {};

    public MemoryImageStore down(boolean isDown) {
        down = isDown;
        return this;
    }

    /** It can be read, and takes nothing in. */
    public MemoryImageStore full(boolean isFull) {
        full = isFull;
        return this;
    }

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        Optional<IndexEntry> found = read(key).map(StoredImage::entry);
        afterFind.run();
        return found;
    }

    /** Run between an answer of {@link #find} and the caller. */
    public MemoryImageStore afterFind(Runnable action) {
        afterFind = action;
        return this;
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        check();
        return Optional.ofNullable(images.get(key));
    }

    /** The next image that it is to take in ends with this exception. */
    public void failOnce(RuntimeException failure) {
        failures.add(failure);
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        check();
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        if (full) {
            throw new StoreUnavailableException("full", new RuntimeException());
        }
        StoredImage given = new StoredImage(entry, content);
        return images.merge(
                        entry.key(),
                        given,
                        (former, later) ->
                                later.entry().createdAt().isAfter(former.entry().createdAt()) ? later : former)
                .entry();
    }

    @Override
    public void delete(ImageKey key) {
        check();
        images.remove(key);
    }

    @Override
    public void delete(IndexEntry entry) {
        check();
        images.computeIfPresent(entry.key(), (key, standing) -> standing.entry().equals(entry) ? null : standing);
    }

    @Override
    public Optional<String> note(String name) {
        check();
        return Optional.ofNullable(notes.get(name));
    }

    @Override
    public void note(String name, String text) {
        check();
        if (full) {
            throw new StoreUnavailableException("full", new RuntimeException());
        }
        notes.put(name, text);
    }

    private void check() {
        if (down) {
            throw new StoreUnavailableException("down", new RuntimeException());
        }
    }
}
