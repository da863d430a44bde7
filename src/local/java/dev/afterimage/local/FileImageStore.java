package dev.afterimage.local;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.StoreUnavailableException;
import dev.afterimage.store.StoredImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The images as files, one an image, under {@code images/}.
 *
 * <p>An image is written aside and synced without any lock. Then, under a lock that all processes of the directory share,
 * it is compared with the one that stands and takes its place by a rename, unless that one is as late. Readers need no
 * lock: an open file stays what it was when it was opened. The folder is synced before the lock is given up, so whoever is
 * told that an equally old image stands may rely on it as on its own.
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

    /** Whether the image of this entry is there in its whole length; one stat(2). When that cannot be told, it is not. */
    boolean isWhole(IndexEntry entry) {
        try {
            BasicFileAttributes attributes = DataDirectory.attributes(fileOf(entry.key()));
            return attributes != null && attributes.size() == ImageFile.HEADER_BYTES + entry.bytes();
        } catch (IOException e) {
            return false;
        }
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
        Path file = fileOf(key);
        orUnavailable(() -> {
            boolean deleted = Files.deleteIfExists(file);
            if (deleted) {
                directory.syncFolderOf(file);
            }
            return deleted;
        });
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
        Optional<IndexEntry> standing = ImageFile.readEntry(file, entry.key());
        if (standing.isPresent() && !entry.createdAt().isAfter(standing.get().createdAt())) {
            return standing.get();
        }
        image.commit(file);
        return entry;
    }

    private Path fileOf(ImageKey key) {
        return directory.shard("images", key);
    }

    /** One of 256 locks, so that images of different keys seldom wait for each other. */
    private FileMutex mutexOf(ImageKey key) {
        return directory.mutex("images-" + key.value().substring(0, 2));
    }

    private <T> T orUnavailable(IoCall<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new StoreUnavailableException(directory.explain(e), e);
        }
    }
}
