package dev.afterimage.local;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;

/** The calls that change the disk and may fail halfway; tests put a full disk in its place. */
interface Disk {

    /** Creates a file, which must not exist, and writes the parts one after the other. */
    void write(Path newFile, List<FileAttribute<?>> attributes, byte[]... parts) throws IOException;

    /** Gives the file its new name in one step; a file that had this name is gone, readers of it read on. */
    void rename(Path file, Path target) throws IOException;

    /** Brings the names in this folder onto the device. */
    void syncFolder(Path folder) throws IOException;
}
