package dev.afterimage.cache;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a stored image: enough to serve it without opening it.
 *
 * @param bytes the image's size in bytes
 * @param createdAt when its call brought it, by the clock of the process that stored it; whole milliseconds
 * @param freshUntil until then it is a hit
 * @param staleUntil until then it is served when a new one cannot be had; not before {@code freshUntil}
 * @param keptUrl the last URL of {@link ImageIndex#keepUrl}, which may be that of a former image; not kept in the store
 */
public record IndexEntry(
        ImageKey key,
        ImageFormat format,
        long bytes,
        Instant createdAt,
        Instant freshUntil,
        Instant staleUntil,
        Optional<String> keptUrl) {

    public IndexEntry {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a stored image has at least one byte");
        }
        if (staleUntil.isBefore(freshUntil)) {
            throw new IllegalArgumentException("staleUntil must not be before freshUntil");
        }
    }

    /** An entry beside which no URL is kept. */
    public IndexEntry(
            ImageKey key, ImageFormat format, long bytes, Instant createdAt, Instant freshUntil, Instant staleUntil) {
        this(key, format, bytes, createdAt, freshUntil, staleUntil, Optional.empty());
    }

    /** The same with the URL that is kept beside it. */
    public IndexEntry withKeptUrl(String url) {
        return new IndexEntry(key, format, bytes, createdAt, freshUntil, staleUntil, Optional.of(url));
    }

    public Freshness freshness(Instant now) {
        if (now.isBefore(freshUntil)) {
            return Freshness.FRESH;
        }
        return now.isBefore(staleUntil) ? Freshness.STALE : Freshness.EXPIRED;
    }

    public boolean isFresh(Instant now) {
        return freshness(now) == Freshness.FRESH;
    }

    /** How long ago it ceased to be fresh; zero while it is. */
    public Duration staleFor(Instant now) {
        Duration age = Duration.between(freshUntil, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Without the URL, which lets whoever has it see the image. */
    @Override
    public String toString() {
        return "IndexEntry[" + key.value() + " " + IndexEntryCodec.encode(this) + "]";
    }

    /** Whether a stored image may still be served. */
    public enum Freshness {
        /** It is served. */
        FRESH,
        /** It is served while a new one is made in the background, or when none can be had (RFC 5861). */
        STALE,
        /** It is not served any more. */
        EXPIRED
    }
}
