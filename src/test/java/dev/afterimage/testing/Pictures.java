package dev.afterimage.testing;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;

/** Pictures to store and to deliver: PNG by their first bytes, arbitrary after them. */
public final class Pictures {

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};

    private Pictures() {}

    /** The key that is {@code number} in hexadecimal. */
    public static ImageKey key(int number) {
        return new ImageKey("%064x".formatted(number));
    }

    /** The entry of such a picture: fresh for a day, stale for a week. */
    public static IndexEntry entry(ImageKey key, byte[] content, Instant createdAt) {
        Instant freshUntil = createdAt.plus(Duration.ofDays(1));
        return new IndexEntry(
                key, ImageFormat.PNG, content.length, createdAt, freshUntil, freshUntil.plus(Duration.ofDays(7)));
    }

    /** Bytes that differ for every seed. */
    public static byte[] png(int size, int seed) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = i < PNG.length ? PNG[i] : (byte) (seed * 31 + i);
        }
        return content;
    }
}
