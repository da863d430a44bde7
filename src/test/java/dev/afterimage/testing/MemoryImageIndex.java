package dev.afterimage.testing;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.ImageIndex;
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

/** An index in memory that counts how often many keys are asked for, and can be told to fail. */
public final class MemoryImageIndex implements ImageIndex {

    private final Map<ImageKey, IndexEntry> entries = new ConcurrentHashMap<>();
    private int asked;
    private boolean failing;

    public void putFresh(ImageKey key, Instant freshUntil) {
        putFresh(key, freshUntil, Duration.ofDays(3));
    }

    /** An image that was made a {@code ttl} before its end. */
    public void putFresh(ImageKey key, Instant freshUntil, Duration ttl) {
        entries.put(key, new IndexEntry(key, ImageFormat.PNG, 1, freshUntil.minus(ttl), freshUntil, freshUntil));
    }

    public int timesAsked() {
        return asked;
    }

    public void fail() {
        failing = true;
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(entries.get(key)));
    }

    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        asked++;
        if (failing) {
            return CompletableFuture.failedFuture(new CacheUnavailableException("gone", new IllegalStateException()));
        }
        Map<ImageKey, IndexEntry> found = new HashMap<>();
        keys.forEach(key -> Optional.ofNullable(entries.get(key)).ifPresent(entry -> found.put(key, entry)));
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        entries.put(entry.key(), entry);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> remove(ImageKey key) {
        entries.remove(key);
        return CompletableFuture.completedFuture(null);
    }
}
