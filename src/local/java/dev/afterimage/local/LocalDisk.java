package dev.afterimage.local;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.List;

/** The disk of this machine. */
final class LocalDisk implements Disk {

    @Override
    public void write(Path newFile, List<FileAttribute<?>> attributes, byte[]... parts) throws IOException {
        Files.createFile(newFile, attributes.toArray(FileAttribute<?>[]::new));
        // A stream and not a channel, because no interrupt closes it.
        try (FileOutputStream out = new FileOutputStream(newFile.toFile())) {
            for (byte[] part : parts) {
                out.write(part);
            }
            out.getFD().sync();
        }
    }

    @Override
    public void rename(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * A new name is part of its folder, so on POSIX it is durable only when the folder was synced too (fsync(2), "Notes").
     * Windows cannot open a folder for that and journals names by itself.
     */
    @Override
    public void syncFolder(Path folder) throws IOException {
        if (!isPosix(folder)) {
            return;
        }
        Uninterrupted.call(() -> {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return folder;
        });
    }

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
