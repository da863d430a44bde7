package dev.afterimage.http.localcdn;

import dev.afterimage.cache.IndexEntry;
import java.time.Duration;
import java.time.Instant;

/**
 * How long browsers may keep an image: until it ceases to be fresh or its URL expires, whichever comes first, and never for
 * longer than a year, the most that caches have agreed on (RFC 2616, section 14.21). {@code immutable} (RFC 8246), because
 * another image would have another URL; a stale one is asked for again each time.
 */
final class CacheLifetime {

    private static final Duration YEAR = Duration.ofDays(365);

    private CacheLifetime() {}

    static String of(IndexEntry entry, Instant urlExpiresAt, Instant now) {
        Instant until = entry.freshUntil().isBefore(urlExpiresAt) ? entry.freshUntil() : urlExpiresAt;
        long seconds = Math.clamp(Duration.between(now, until).toSeconds(), 0, YEAR.toSeconds());
        return "public, max-age=" + seconds + ", immutable";
    }
}
