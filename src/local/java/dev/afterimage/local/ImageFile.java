package dev.afterimage.local;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * The form of a stored image: its entry as a line of text that blanks fill up to 128 bytes, then the image's bytes.
 * One file, so that entry and image come and go together. A file whose length is not what its entry says is damaged and
 * reads as absent.
 */
final class ImageFile {

    static final int HEADER_BYTES = 128;
    private static final int CHUNK_BYTES = 256 * 1024;

    private ImageFile() {}

    static byte[] header(IndexEntry entry) {
        byte[] line = IndexEntryCodec.encode(entry).getBytes(StandardCharsets.ISO_8859_1);
        byte[] header = Arrays.copyOf(line, HEADER_BYTES);
        Arrays.fill(header, line.length, HEADER_BYTES - 1, (byte) ' ');
        header[HEADER_BYTES - 1] = '\n';
        return header;
    }

    static Optional<IndexEntry> readEntry(Path file, ImageKey key) throws IOException {
        return open(file, channel -> entryOf(channel, key));
    }

    static Optional<StoredImage> read(Path file, ImageKey key) throws IOException {
        return open(file, channel -> {
            Optional<IndexEntry> entry = entryOf(channel, key);
            return entry.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new StoredImage(
                            entry.get(), read(channel, (int) entry.get().bytes())));
        });
    }

    private static Optional<IndexEntry> entryOf(FileChannel channel, ImageKey key) throws IOException {
        long bytes = channel.size() - HEADER_BYTES;
        if (bytes <= 0 || bytes > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        String line = new String(read(channel, HEADER_BYTES), StandardCharsets.ISO_8859_1);
        return IndexEntryCodec.decode(key, line).filter(entry -> entry.bytes() == bytes);
    }

    /** In chunks, because a channel copies through native memory that it keeps, as much as was asked for at once. */
    private static byte[] read(FileChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.position() < length) {
            buffer.limit(Math.min(length, buffer.position() + CHUNK_BYTES));
            if (channel.read(buffer) < 0) {
                throw new IOException("a stored image became shorter while it was read");
            }
        }
        return buffer.array();
    }

    private static <T> Optional<T> open(Path file, Reading<Optional<T>> reading) throws IOException {
        // A new image has no file, and an exception for each would cost more than the look.
        if (DataDirectory.attributes(file) == null) {
            return Optional.empty();
        }
        try {
            return Uninterrupted.call(() -> {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    return reading.of(channel);
                }
            });
        } catch (NoSuchFileException goneMeanwhile) {
            return Optional.empty();
        }
    }

    /** What is read from an open file. */
    private interface Reading<T> {

        T of(FileChannel channel) throws IOException;
    }
}
