package dev.afterimage.cache;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * Says how long a new picture is good for.
 *
 * @param ttl fresh for
 * @param staleTtl after that, served on error for
 * @param staleWhileRevalidate after its freshness, served at once for so long while a new one is made behind it (RFC 5861);
 *     ends with {@code staleTtl}
 * @param ttlByTemplate exceptions by the template's name
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

    /** The longest that any image is fresh. */
    public Duration longestTtl() {
        return ttlByTemplate.values().stream()
                .max(Duration::compareTo)
                .filter(longest -> longest.compareTo(ttl) > 0)
                .orElse(ttl);
    }

    /** Whether an image that is past its freshness is served at once while a new one is made. */
    public boolean isRevalidated(IndexEntry entry, Instant now) {
        return entry.freshness(now) == Freshness.STALE && entry.staleFor(now).compareTo(staleWhileRevalidate) < 0;
    }

    public IndexEntry entryFor(ImageKey key, TemplateId template, GeneratedImage image, Instant now) {
        Instant createdAt = now.truncatedTo(ChronoUnit.MILLIS);
        Instant freshUntil = createdAt.plus(ttlOf(template));
        return new IndexEntry(
                key, image.format(), image.content().length, createdAt, freshUntil, freshUntil.plus(staleTtl));
    }
}
