package dev.afterimage.testing;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** Keys, entries and bytes for tests of indexes and stores; the same arguments make the same image in any process. */
public final class TestImages {

    private TestImages() {}

    /** The n-th key; neighbours differ in the last digits only, so they lie close together in any back end. */
    public static ImageKey key(long n) {
        return new ImageKey("%064x".formatted(n));
    }

    /** An entry that is fresh for a day and stale for a week after it. */
    public static IndexEntry entry(ImageKey key, Instant createdAt, long bytes) {
        Instant freshUntil = createdAt.plus(Duration.ofDays(1));
        return new IndexEntry(key, ImageFormat.PNG, bytes, createdAt, freshUntil, freshUntil.plus(Duration.ofDays(7)));
    }

    /** Bytes of every value, which depend on all arguments. */
    public static byte[] content(ImageKey key, Instant createdAt, int bytes) {
        byte[] content = new byte[bytes];
        new Random(31L * key.hashCode() + createdAt.toEpochMilli()).nextBytes(content);
        return content;
    }
}
