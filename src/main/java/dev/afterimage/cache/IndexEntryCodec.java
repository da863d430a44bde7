package dev.afterimage.cache;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.Optional;

/**
 * The one-line text form of an entry, the same in files, in Redis and in an object's metadata:
 * {@code 1 png 48213 createdAt freshUntil staleUntil}, times in milliseconds since 1970. The leading number is the form's
 * version; a line of another version, or a damaged one, reads as absent, that is, as a miss.
 */
public final class IndexEntryCodec {

    private static final String VERSION = "1";

    private IndexEntryCodec() {}

    public static String encode(IndexEntry entry) {
        return String.join(
                " ",
                VERSION,
                entry.format().word(),
                Long.toString(entry.bytes()),
                Long.toString(entry.createdAt().toEpochMilli()),
                Long.toString(entry.freshUntil().toEpochMilli()),
                Long.toString(entry.staleUntil().toEpochMilli()));
    }

    public static Optional<IndexEntry> decode(ImageKey key, String line) {
        String[] part = line.strip().split(" ", -1);
        if (part.length != 6 || !part[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new IndexEntry(
                    key,
                    ImageFormat.named(part[1]),
                    Long.parseLong(part[2]),
                    Instant.ofEpochMilli(Long.parseLong(part[3])),
                    Instant.ofEpochMilli(Long.parseLong(part[4])),
                    Instant.ofEpochMilli(Long.parseLong(part[5]))));
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }
}
