package dev.afterimage.local;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.List;

/** The disk of this machine: the calls that change it and may fail halfway. Tests replace it by a full disk. */
class LocalDisk {

    /** Creates a file, which must not exist, and writes the parts one after the other. */
    void write(Path newFile, List<FileAttribute<?>> attributes, byte[]... parts) throws IOException {
        Files.createFile(newFile, attributes.toArray(FileAttribute<?>[]::new));
        // A stream and not a channel, because no interrupt closes it.
        try (FileOutputStream out = new FileOutputStream(newFile.toFile())) {
            for (byte[] part : parts) {
                out.write(part);
            }
            out.getFD().sync();
        }
    }

    /** Renames a file in one step, and replaces a file that has the new name. Readers of that one read on. */
    void rename(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Syncs a folder. On POSIX a new name is durable only when its folder was synced too (fsync(2), "Notes"). Windows
     * cannot open a folder for that, and journals names itself.
     */
    void syncFolder(Path folder) throws IOException {
        if (!isPosix(folder)) {
            return;
        }
        uninterrupted(() -> {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return folder;
        });
    }

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** A piece of work on files. */
    @FunctionalInterface
    interface IoCall<T> {
        T call() throws IOException;
    }

    /**
     * Runs work on file channels to its end even when the thread is interrupted, and leaves the interrupt pending.
     *
     * <p>An interrupt closes a {@link FileChannel}. A caller that gives up must not lose an image that was paid for, so
     * the work is done again after the interrupt.
     *
     * @param repeatable the work; it may be run again from its start
     */
    static <T> T uninterrupted(IoCall<T> repeatable) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return repeatable.call();
                } catch (ClosedByInterruptException | FileLockInterruptionException e) {
                    Thread.interrupted();
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
