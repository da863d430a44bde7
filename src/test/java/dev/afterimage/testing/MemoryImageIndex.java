package dev.afterimage.testing;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** An index in memory that counts how often many keys are asked for, and can be made to fail or to be slow. */
public class MemoryImageIndex implements ImageIndex {

    private final Map<ImageKey, IndexEntry> entries = new ConcurrentHashMap<>();
    private volatile boolean down;
    private int timesAsked;
    private volatile Runnable beforePut = () -> {};

    public MemoryImageIndex down(boolean isDown) {
        down = isDown;
        return this;
    }

    /** Something that happens right before the next entry is put. */
    public void beforePut(Runnable happening) {
        beforePut = happening;
    }

    public void putFresh(ImageKey key, Instant freshUntil) {
        putFresh(key, freshUntil, Duration.ofDays(3));
    }

    /** An image that was made a {@code ttl} before its end. */
    public void putFresh(ImageKey key, Instant freshUntil, Duration ttl) {
        entries.put(key, new IndexEntry(key, ImageFormat.PNG, 1, freshUntil.minus(ttl), freshUntil, freshUntil));
    }

    /** How often many keys were asked for. */
    public int timesAsked() {
        return timesAsked;
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
        timesAsked++;
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
