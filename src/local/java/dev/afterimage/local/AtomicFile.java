package dev.afterimage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;

/**
 * A file that is written in full under a temporary name, and is not visible yet under its own.
 *
 * <p>{@link #commit} renames it, which is one step for all readers (rename(2)): before it they see the old content, after
 * it the new, whenever the process dies. {@link #close} removes a file that was not committed.
 */
final class AtomicFile implements AutoCloseable {

    private final LocalDisk disk;
    private final Path temporary;
    private boolean committed;

    private AtomicFile(LocalDisk disk, Path temporary) {
        this.disk = disk;
        this.temporary = temporary;
    }

    /** Writes the parts, one after the other, to a temporary file. When that fails, the file is removed. */
    static AtomicFile write(LocalDisk disk, Path temporary, List<FileAttribute<?>> attributes, byte[]... parts)
            throws IOException {
        AtomicFile file = new AtomicFile(disk, temporary);
        boolean written = false;
        try {
            disk.write(temporary, attributes, parts);
            written = true;
            return file;
        } finally {
            if (!written) {
                file.close();
            }
        }
    }

    /** Gives the file its own name, and replaces a file of that name. Makes the folder when it is missing. */
    void commit(Path target) throws IOException {
        Path folder = target.resolveSibling("").toAbsolutePath();
        try {
            disk.rename(temporary, target);
        } catch (NoSuchFileException e) {
            createFolder(folder);
            disk.rename(temporary, target);
        }
        committed = true;
        disk.syncFolder(folder);
    }

    private void createFolder(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            createFolder(parent);
        }
        Files.createDirectories(folder);
        if (parent != null) {
            disk.syncFolder(parent);
        }
    }

    @Override
    public void close() {
        if (committed) {
            return;
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The temporary folder's next sweep removes it.
            return;
        }
    }
}
