package dev.afterimage.cache;

import dev.afterimage.cache.IndexEntry.Freshness;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Says how long images are fresh, and how long they are served after that. No time is negative.
 *
 * @param ttl how long an image is fresh after it was made
 * @param staleTtl how long an image that is no longer fresh is served when a new one cannot be had
 * @param staleWhileRevalidate how long an image that is no longer fresh is served at once while a new one is made (RFC
 *     5861), at most {@code staleTtl}
 * @param ttlByTemplate takes the place of {@code ttl}, by the template's name
 */
public record FreshnessPolicy(
        Duration ttl, Duration staleTtl, Duration staleWhileRevalidate, Map<String, Duration> ttlByTemplate) {

    public FreshnessPolicy {
        ttlByTemplate = Map.copyOf(ttlByTemplate);
    }

    /** How long images of this template are fresh. */
    public Duration ttlOf(TemplateId template) {
        return ttlByTemplate.getOrDefault(template.value(), ttl);
    }

    /** The longest time for which any image is fresh. */
    public Duration longestTtl() {
        return Stream.concat(Stream.of(ttl), ttlByTemplate.values().stream())
                .max(Duration::compareTo)
                .orElseThrow();
    }

    /** Whether this image is stale, and served at once while a new one is made. */
    public boolean isRevalidated(IndexEntry entry, Instant now) {
        return entry.freshness(now) == Freshness.STALE && entry.staleFor(now).compareTo(staleWhileRevalidate) < 0;
    }

    /** The entry of an image that was made now. */
    public IndexEntry entryFor(ImageKey key, TemplateId template, GeneratedImage image, Instant now) {
        Instant createdAt = now.truncatedTo(ChronoUnit.MILLIS);
        Instant freshUntil = createdAt.plus(ttlOf(template));
        return new IndexEntry(
                key, image.format(), image.content().length, createdAt, freshUntil, freshUntil.plus(staleTtl));
    }
}
