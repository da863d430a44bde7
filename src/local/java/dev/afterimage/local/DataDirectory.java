package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The directory {@code afterimage.directory}, which all adapters of this package share. Made when the first file is
 * written, and again when somebody removes it meanwhile.
 */
public final class DataDirectory {

    /** A block of most file systems; a smaller file may find room on a full one. */
    private static final int PROBE_BYTES = 4096;

    private final Path root;
    private final LocalDisk disk;
    private final TemporaryFolder temporary;

    public DataDirectory(Path root, Clock clock) {
        this(root, clock, new LocalDisk());
    }

    DataDirectory(Path root, Clock clock, LocalDisk disk) {
        this.root = root.toAbsolutePath().normalize();
        this.disk = disk;
        this.temporary = new TemporaryFolder(this.root.resolve("tmp"), clock);
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /**
     * Where a key's file lies: {@code folder/3fa/3fa9…}. 4,096 folders hold a million entries at 250 a folder, which every
     * file system finds fast; two levels of 256 would make 65,536 folders that each hold a handful.
     */
    Path shard(String folder, ImageKey key) {
        return root.resolve(folder).resolve(key.value().substring(0, 3)).resolve(key.value());
    }

    FileMutex mutex(String name) {
        return new FileMutex(root.resolve("locks").resolve(name));
    }

    /** Writes a file that its {@link AtomicFile#commit} brings into sight. */
    AtomicFile write(byte[]... parts) throws IOException {
        return AtomicFile.write(disk, temporary.newName(), List.of(), parts);
    }

    /** The same for a secret: from its first moment on, only the owner may read it, where the platform knows owners. */
    AtomicFile writeSecret(byte[]... parts) throws IOException {
        List<FileAttribute<?>> attributes = LocalDisk.isPosix(root)
                ? List.of(PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : List.of();
        return AtomicFile.write(disk, temporary.newName(), attributes, parts);
    }

    /** Replaces a file's text in one step. */
    void replace(Path target, String text) throws IOException {
        try (AtomicFile file = write(text.getBytes(StandardCharsets.UTF_8))) {
            file.commit(target);
        }
    }

    /** A file's attributes; null when there is no such file, which costs no exception. */
    static @Nullable BasicFileAttributes attributes(Path file) throws IOException {
        return file.getFileSystem().provider().readAttributesIfExists(file, BasicFileAttributes.class);
    }

    /** A file's text; empty when there is no such file. */
    static Optional<String> text(Path file) throws IOException {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void syncFolderOf(Path file) throws IOException {
        disk.syncFolder(file.resolveSibling("").toAbsolutePath());
    }

    /** What keeps the directory from being written to, and the mend; empty when a file could be written. */
    public Optional<String> defect() {
        try {
            write(new byte[PROBE_BYTES]).close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(explain(e));
        }
    }

    /** What went wrong, and the mend, for the operator. */
    String explain(IOException failure) {
        return explain(root, failure);
    }

    /** The same for whoever has only the path. */
    static String explain(Path root, Exception failure) {
        return failure instanceof DamagedFileException
                ? "A file of afterimage.directory (" + root + ") is damaged: " + failure.getMessage() + '.'
                : explain(root, reason(failure));
    }

    static String explain(Path root, String reason) {
        return isFull(reason)
                ? "afterimage.directory (" + root + ") is full: " + reason
                        + ". Free some space, or let afterimage.directory name a larger disk."
                : "afterimage.directory (" + root + ") cannot be used: " + reason
                        + ". It must name a directory that this process may read and write.";
    }

    private static String reason(Exception failure) {
        @Nullable String text = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
        return text == null || text.isBlank() ? failure.getClass().getSimpleName() : text;
    }

    private static boolean isFull(String reason) {
        String lower = reason.toLowerCase(Locale.ROOT);
        return lower.contains("no space left") || lower.contains("quota exceeded") || lower.contains("enough space");
    }

    /** A file was changed by something else and makes no sense any more; the message says what it must hold. */
    static class DamagedFileException extends IOException {

        private static final long serialVersionUID = 1L;

        DamagedFileException(String message) {
            super(message);
        }
    }

    /**
     * The folder of the files that are being written, apart from the finished ones, so that what a killed process left is found
     * without a look at a million entries.
     *
     * <p>A file that nobody touched for an hour belongs to a dead process; the first write of a process, and then one an hour,
     * removes it. Age decides and not the writer's process id, because processes in containers share the directory but not
     * their ids. Were a living writer that slow, its rename would fail and no harm be done.
     */
    static final class TemporaryFolder {

        static final Duration ABANDONED_AFTER = Duration.ofHours(1);

        private final Path folder;
        private final Clock clock;
        private final AtomicReference<Instant> nextSweep = new AtomicReference<>(Instant.MIN);

        TemporaryFolder(Path folder, Clock clock) {
            this.folder = folder;
            this.clock = clock;
        }

        /** A name in this folder that no file has. */
        Path newName() throws IOException {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
            sweepWhenDue();
            return folder.resolve(UUID.randomUUID().toString());
        }

        private void sweepWhenDue() {
            Instant now = clock.instant();
            Instant due = nextSweep.get();
            if (!now.isBefore(due) && nextSweep.compareAndSet(due, now.plus(ABANDONED_AFTER))) {
                sweep(now.minus(ABANDONED_AFTER));
            }
        }

        private void sweep(Instant abandonedSince) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    removeWhenOlder(file, abandonedSince);
                }
            } catch (IOException | DirectoryIteratorException e) {
                // Housekeeping must not fail the write that it precedes; the next hour tries again.
                return;
            }
        }

        private static void removeWhenOlder(Path file, Instant abandonedSince) throws IOException {
            try {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(abandonedSince)) {
                    Files.deleteIfExists(file);
                }
            } catch (NoSuchFileException e) {
                // Its writer renamed it, or another process swept it.
                return;
            }
        }
    }
}
