package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import java.io.File;
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
 * The directory {@code afterimage.directory}, which all adapters of this package share. It is made when the first file is
 * written, and again when somebody has removed it.
 */
public final class DataDirectory {

    /** The size of a block in most file systems: a smaller file may find room on a full disk. */
    private static final int PROBE_BYTES = 4096;

    private final Path root;
    private final String rootName;
    private final LocalDisk disk;
    private final TemporaryFolder temporary;

    public DataDirectory(Path root, Clock clock) {
        this(root, clock, new LocalDisk());
    }

    DataDirectory(Path root, Clock clock, LocalDisk disk) {
        this.root = root.toAbsolutePath().normalize();
        this.rootName = this.root.toString();
        this.disk = disk;
        this.temporary = new TemporaryFolder(this.root.resolve("tmp"), clock);
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /**
     * The path of a key's file: {@code folder/3fa/3fa9…}. A million files in 4,096 folders are 250 a folder, which every
     * file system finds fast; two levels of 256 would make 65,536 folders with a few files each.
     */
    Path shard(String folder, ImageKey key) {
        return root.resolve(folder).resolve(key.value().substring(0, 3)).resolve(key.value());
    }

    /**
     * The length of a key's file in bytes; 0 where there is none or the length cannot be found out. Every hit calls this,
     * so it joins strings for a {@link File}: resolving a {@link Path} would cost as much as the stat(2) itself.
     */
    long lengthOf(String folder, ImageKey key) {
        String name = key.value();
        return new File(rootName + '/' + folder + '/' + name.substring(0, 3) + '/' + name).length();
    }

    FileMutex mutex(String name) {
        return new FileMutex(root.resolve("locks").resolve(name));
    }

    /** Writes a file that becomes visible by {@link AtomicFile#commit}. */
    AtomicFile write(byte[]... parts) throws IOException {
        return AtomicFile.write(disk, temporary.newName(), List.of(), parts);
    }

    /** As {@link #write}, for a secret: only the owner may ever read it, where the platform has owners. */
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

    /** A file's attributes; null, without the cost of an exception, when there is no such file. */
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

    /** Why the directory cannot be written to, and how to mend it; empty when a file could be written. */
    public Optional<String> defect() {
        try {
            write(new byte[PROBE_BYTES]).close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(explain(e));
        }
    }

    /** Says, for the operator, what went wrong and how to mend it. */
    String explain(IOException failure) {
        return explain(root, failure);
    }

    /** As {@link #explain(IOException)}, by the directory's path alone. */
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

    /** A file was changed by something else and is invalid; the message says what it must hold. */
    static class DamagedFileException extends IOException {

        DamagedFileException(String message) {
            super(message);
        }
    }

    /**
     * The folder of files that are being written. It is apart from the finished files, so that what a killed process left
     * is found without a search among a million files.
     *
     * <p>A file that was not changed for an hour belongs to a dead process. The first write of a process removes such
     * files, and then one write an hour. Age decides and not the writer's process id, because processes in containers
     * share the directory but not their ids. Should a living writer be that slow, its rename fails and no harm is done.
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

        /** A new name in this folder. */
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
                // A failed clean-up must not fail the write; it is tried again in an hour.
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
