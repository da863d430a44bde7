package dev.afterimage.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Mutual exclusion of threads and processes by a lock on a file, which the operating system releases when its holder
 * dies. Not reentrant.
 *
 * <p>A POSIX record lock belongs to the process, and is lost when the process closes any descriptor of the file
 * (fcntl(2), "Record locks"). So a process must have a lock file open only once at a time. A table of the whole process
 * takes care of that; it has only the few lock files of a directory.
 */
final class FileMutex {

    private static final ConcurrentMap<Path, ReentrantLock> LOCKS_OF_THIS_PROCESS = new ConcurrentHashMap<>();

    private final Path file;

    FileMutex(Path file) {
        this.file = file;
    }

    /** Waits for the lock, without a limit, and does the work while it holds it. */
    <T> T hold(LocalDisk.IoCall<T> work) throws IOException {
        Path real = existing();
        ReentrantLock threads = LOCKS_OF_THIS_PROCESS.computeIfAbsent(real, path -> new ReentrantLock());
        threads.lock();
        try {
            return holdForThisProcess(real, work);
        } finally {
            threads.unlock();
        }
    }

    private static <T> T holdForThisProcess(Path file, LocalDisk.IoCall<T> work) throws IOException {
        FileChannel locked = LocalDisk.uninterrupted(() -> lock(file));
        try {
            return work.call();
        } finally {
            locked.close();
        }
    }

    /**
     * The lock file's real path. Makes the file if it is missing, without opening one that exists, which could lose its
     * lock.
     */
    private Path existing() throws IOException {
        try {
            return file.toRealPath();
        } catch (NoSuchFileException e) {
            Files.createDirectories(file.resolveSibling("").toAbsolutePath());
            try {
                return Files.createFile(file).toRealPath();
            } catch (FileAlreadyExistsException another) {
                return file.toRealPath();
            }
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        boolean locked = false;
        try {
            locked = channel.lock().isValid();
            return channel;
        } catch (OverlappingFileLockException e) {
            throw new IOException("another application in this process holds " + file.getFileName(), e);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }
}
