package dev.afterimage.local;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.List;

/** The local disk, on which a test lets one kind of call fail. */
final class FailingDisk extends LocalDisk {

    /** What fails. */
    enum Fault {
        NONE,
        /** Half of what is written fits. */
        FULL,
        RENAME
    }

    private volatile Fault fault = Fault.NONE;

    void fail(Fault kind) {
        this.fault = kind;
    }

    @Override
    void write(Path newFile, List<FileAttribute<?>> attributes, byte[]... parts) throws IOException {
        if (fault == Fault.FULL) {
            byte[] last = parts[parts.length - 1];
            parts[parts.length - 1] = Arrays.copyOf(last, last.length / 2);
            super.write(newFile, attributes, parts);
            throw new IOException("No space left on device");
        }
        super.write(newFile, attributes, parts);
    }

    @Override
    void rename(Path file, Path target) throws IOException {
        if (fault == Fault.RENAME) {
            throw new FileSystemException(file.toString(), target.toString(), "Input/output error");
        }
        super.rename(file, target);
    }
}
