package dev.afterimage.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decorator: keeps the hottest entries in the process for seconds, so that the images everyone asks for cost no round trip.
 *
 * <p>What another process deletes may still be served from here until {@code ttl} has passed since this process read
 * the index's answer; what this process deletes is gone at once. Unknown keys are not remembered.
 */
public final class NearIndex implements ImageIndex {

    private final ImageIndex next;
    private final Cache<ImageKey, IndexEntry> near;
    private final Ticker ticker;
    /** In nanoseconds. */
    private final long ttl;

    /**
     * A near cache in front of an index.
     *
     * @param ttl how long an entry may be served without asking; a few seconds
     * @param size entries kept at most, some 200 bytes each
     */
    public NearIndex(ImageIndex next, Duration ttl, long size, Ticker ticker) {
        this.next = next;
        this.ticker = ticker;
        this.ttl = ttl.toNanos();
        this.near = Caffeine.newBuilder()
                .maximumSize(size)
                .expireAfterWrite(ttl)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        @Nullable IndexEntry known = near.getIfPresent(key);
        if (known != null) {
            return CompletableFuture.completedFuture(Optional.of(known));
        }
        long asked = ticker.read();
        return next.find(key).thenApply(found -> {
            // An answer that a frozen process reads late is not kept: the image may have been deleted since.
            if (ticker.read() - asked < ttl) {
                found.ifPresent(entry -> near.put(key, entry));
            }
            return found;
        });
    }

    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        return next.findAll(keys);
    }

    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        near.put(entry.key(), entry);
        return next.put(entry);
    }

    @Override
    public CompletionStage<Void> keepUrl(ImageKey key, String url, Instant until) {
        return next.keepUrl(key, url, until);
    }

    @Override
    public CompletionStage<Void> remove(ImageKey key) {
        near.invalidate(key);
        return next.remove(key).whenComplete((done, failure) -> near.invalidate(key));
    }
}
