package dev.afterimage.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a directory: one process alone works there, or several that share a limiter. It is a lock on the file
 * {@code lock}, which the operating system releases when its holder dies.
 *
 * <p>When a process closes any descriptor of a file, it loses its POSIX locks on that file (fcntl(2), "Record locks"). So
 * a process must not open the file twice, and keeps a table of the locks that it holds.
 */
final class DirectoryLock implements AutoCloseable {

    private static final Set<Path> HELD_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final boolean shared;
    private @Nullable FileChannel channel;

    /**
     * The lock of a directory, not yet held.
     *
     * @param shared whether other processes may work there at the same time, if theirs is shared too
     */
    DirectoryLock(Path directory, boolean shared) {
        this.file = directory.resolve("lock");
        this.shared = shared;
    }

    /**
     * Takes the lock. May be called again when the file was removed while the lock was held.
     *
     * @throws DirectoryRefusedException when another process works there
     */
    void acquire() throws IOException {
        close();
        if (!HELD_BY_THIS_PROCESS.add(file)) {
            throw inUse();
        }
        FileChannel opened = null;
        boolean locked = false;
        try {
            opened = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = opened.tryLock(0, Long.MAX_VALUE, shared);
            locked = lock != null;
        } catch (OverlappingFileLockException e) {
            throw inUse();
        } finally {
            if (locked) {
                channel = opened;
            } else {
                HELD_BY_THIS_PROCESS.remove(file);
                if (opened != null) {
                    opened.close();
                }
            }
        }
        if (!locked) {
            throw inUse();
        }
    }

    private DirectoryRefusedException inUse() {
        return new DirectoryRefusedException(
                "Another process works in afterimage.directory ("
                        + file.resolveSibling("")
                        + "). Two would exceed the provider's rate, because each counts for itself: stop the other, or give this one"
                        + " a directory of its own. Several instances can share one when afterimage.fleet=redis counts for them.");
    }

    @Override
    public void close() throws IOException {
        FileChannel held = channel;
        if (held != null) {
            channel = null;
            HELD_BY_THIS_PROCESS.remove(file);
            held.close();
        }
    }

    /**
     * This process must not work in the directory: another process does, or its content is of another program or version.
     * The message says what to do.
     */
    static class DirectoryRefusedException extends IOException {

        DirectoryRefusedException(String message) {
            super(message);
        }
    }
}
