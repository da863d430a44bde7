package dev.afterimage.testing;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** An index in memory that can be made to fail. */
public final class MapIndex implements ImageIndex {

    private final Map<ImageKey, IndexEntry> entries = new ConcurrentHashMap<>();
    private volatile boolean down;
    private volatile Runnable beforePut = () -> {};

    public MapIndex down(boolean isDown) {
        down = isDown;
        return this;
    }

    /** Something that happens right before the next entry is put. */
    public void beforePut(Runnable happening) {
        beforePut = happening;
    }

    public Map<ImageKey, IndexEntry> entries() {
        return entries;
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        return down ? unavailable() : CompletableFuture.completedFuture(Optional.ofNullable(entries.get(key)));
    }

    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        Map<ImageKey, IndexEntry> known = new HashMap<>(entries);
        known.keySet().retainAll(keys);
        return down ? unavailable() : CompletableFuture.completedFuture(known);
    }

    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        if (down) {
            return unavailable();
        }
        beforePut.run();
        entries.put(entry.key(), entry);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> remove(ImageKey key) {
        if (down) {
            return unavailable();
        }
        entries.remove(key);
        return CompletableFuture.completedFuture(null);
    }

    private static <T> CompletionStage<T> unavailable() {
        return CompletableFuture.failedFuture(new CacheUnavailableException("down", new RuntimeException()));
    }
}
