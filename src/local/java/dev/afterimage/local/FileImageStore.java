package dev.afterimage.local;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.store.ImageStore.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The image store of a directory: one file for each image, under {@code images/}.
 *
 * <p>An image is written under a temporary name and synced, without a lock. Then, under a lock that all processes of
 * the directory share, it replaces the present image by a rename, unless that one was made at the same time or later.
 * Readers need no lock: an open file keeps its content. The folder is synced before the lock is released, so that a
 * writer that gets the present image back can rely on it to survive a power cut.
 */
public final class FileImageStore implements ImageStore {

    private final DataDirectory directory;

    public FileImageStore(DataDirectory directory) {
        this.directory = directory;
    }

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return orUnavailable(() -> ImageFile.readEntry(fileOf(key), key));
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        return orUnavailable(() -> ImageFile.read(fileOf(key), key));
    }

    /**
     * Whether the image of this entry is there in its whole length, which costs one stat(2). False also when that cannot
     * be found out.
     */
    boolean isWhole(IndexEntry entry) {
        return directory.lengthOf("images", entry.key()) == ImageFile.HEADER_BYTES + entry.bytes();
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        if (content.length != entry.bytes()) {
            throw new IllegalArgumentException("the entry must state the image's size of " + content.length
                    + " bytes, but states " + entry.bytes());
        }
        return orUnavailable(() -> {
            try (AtomicFile image = directory.write(ImageFile.header(entry), content)) {
                return mutexOf(entry.key()).hold(() -> commitUnlessLate(image, entry));
            }
        });
    }

    @Override
    public void delete(ImageKey key) {
        orUnavailable(() -> delete(fileOf(key)));
    }

    @Override
    public void delete(IndexEntry entry) {
        Path file = fileOf(entry.key());
        orUnavailable(() -> mutexOf(entry.key())
                .hold(() -> ImageFile.readEntry(file, entry.key()).equals(Optional.of(entry)) && delete(file)));
    }

    private boolean delete(Path file) throws IOException {
        boolean deleted = Files.deleteIfExists(file);
        if (deleted) {
            directory.syncFolderOf(file);
        }
        return deleted;
    }

    @Override
    public Optional<String> note(String name) {
        return orUnavailable(() -> DataDirectory.text(fileOf(name)));
    }

    @Override
    public void note(String name, String text) {
        orUnavailable(() -> {
            directory.replace(fileOf(name), text);
            return name;
        });
    }

    private Path fileOf(String note) {
        return directory.path("notes").resolve(note);
    }

    private IndexEntry commitUnlessLate(AtomicFile image, IndexEntry entry) throws IOException {
        Path file = fileOf(entry.key());
        Optional<IndexEntry> existing = ImageFile.readEntry(file, entry.key());
        if (existing.isPresent() && !entry.createdAt().isAfter(existing.get().createdAt())) {
            return existing.get();
        }
        image.commit(file);
        return entry;
    }

    private Path fileOf(ImageKey key) {
        return directory.shard("images", key);
    }

    /** One of 256 locks, so that writes of different keys rarely wait for each other. */
    private FileMutex mutexOf(ImageKey key) {
        return directory.mutex("images-" + key.value().substring(0, 2));
    }

    private <T> T orUnavailable(LocalDisk.IoCall<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new StoreUnavailableException(directory.explain(e), e);
        }
    }

    /**
     * The format of a stored image: its entry as a line of text, filled with blanks to 128 bytes, and then the image's
     * bytes. Entry and image are one file, so that neither exists without the other. A file whose length is not what its
     * entry says is damaged and counts as absent.
     */
    static final class ImageFile {

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

        /**
         * Reads in chunks of 256 KiB, because a channel copies each read through a native buffer of that read's size,
         * and keeps the buffer.
         */
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
            // A new image has no file, and an exception would cost more than this check.
            if (DataDirectory.attributes(file) == null) {
                return Optional.empty();
            }
            try {
                return LocalDisk.uninterrupted(() -> {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                        return reading.of(channel);
                    }
                });
            } catch (NoSuchFileException goneMeanwhile) {
                return Optional.empty();
            }
        }

        /** Reads from an open file. */
        private interface Reading<T> {

            T of(FileChannel channel) throws IOException;
        }
    }

    /**
     * Decorator: an entry counts only while the file of its image is there in its whole length. Somebody may have removed
     * it, or a damaged disk may have cut it short; without this check a hit would be answered with a URL that does not
     * work.
     *
     * <p>The check is one stat(2), which takes 2 µs for a file that was checked before.
     */
    public static final class PresentImages implements ImageIndex {

        private final ImageIndex next;
        private final FileImageStore store;

        public PresentImages(ImageIndex next, FileImageStore store) {
            this.next = next;
            this.store = store;
        }

        @Override
        public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
            return next.find(key).thenApply(found -> found.filter(store::isWhole));
        }

        @Override
        public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
            return next.findAll(keys).thenApply(found -> {
                Map<ImageKey, IndexEntry> present = new HashMap<>(found);
                present.values().removeIf(entry -> !store.isWhole(entry));
                return present;
            });
        }

        @Override
        public CompletionStage<Void> put(IndexEntry entry) {
            return next.put(entry);
        }

        @Override
        public CompletionStage<Void> keepUrl(ImageKey key, String url, Instant until) {
            return next.keepUrl(key, url, until);
        }

        @Override
        public CompletionStage<Void> remove(ImageKey key) {
            return next.remove(key);
        }
    }
}
