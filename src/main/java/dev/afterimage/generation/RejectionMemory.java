package dev.afterimage.generation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a short time what the provider rejected for good, so that a broken page costs one call and not one a view.
 * Only what lies in the request is remembered; a wrong API key is mended without changing the request.
 */
public final class RejectionMemory {

    private static final int MOST = 10_000;

    private final Cache<ImageKey, RejectedException> rejected;

    public RejectionMemory(Duration ttl, Ticker ticker) {
        this.rejected = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(ttl)
                .ticker(ticker)
                .build();
    }

    Optional<RejectedException> find(ImageKey key) {
        @Nullable RejectedException known = rejected.getIfPresent(key);
        return Optional.ofNullable(known);
    }

    void remember(ImageKey key, RejectedException rejection) {
        if (rejection.reason() != RejectedException.Reason.ACCESS) {
            rejected.put(key, rejection);
        }
    }
}
