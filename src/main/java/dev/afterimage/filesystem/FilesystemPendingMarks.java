package dev.afterimage.filesystem;

import dev.afterimage.image.ImageKey;
import dev.afterimage.pregeneration.queue.PendingMarks;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;

/**
 * Pending marks as empty files under {@code pending/}: {@code KEY} is intended, {@code KEY.confirmed} is on the queue, and one
 * rename leads from the one to the other.
 */
public final class FilesystemPendingMarks implements PendingMarks {

    /** Longer than a job may wait for next month's credits. */
    static final Duration LONGEST = Duration.ofDays(40);

    private final DataDirectory directory;
    private final Clock clock;

    public FilesystemPendingMarks(DataDirectory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public Mark of(ImageKey key) {
        return call(() -> markOf(key));
    }

    private Mark markOf(ImageKey key) throws IOException {
        if (stands(confirmed(key))) {
            return Mark.CONFIRMED;
        }
        return stands(intended(key)) ? Mark.INTENDED : Mark.NONE;
    }

    private boolean stands(Path mark) throws IOException {
        BasicFileAttributes attributes = DataDirectory.attributes(mark);
        return attributes != null
                && clock.instant()
                        .isBefore(attributes.lastModifiedTime().toInstant().plus(LONGEST));
    }

    @Override
    public void intend(ImageKey key) {
        call(() -> {
            if (markOf(key) != Mark.NONE) {
                return key;
            }
            Files.deleteIfExists(confirmed(key));
            begin(intended(key));
            return key;
        });
    }

    /** Makes the file, or lets one that has lain there for too long count from now. */
    private void begin(Path mark) throws IOException {
        try {
            create(mark);
        } catch (FileAlreadyExistsException overdue) {
            // Its time is set below.
        }
        try {
            Files.setLastModifiedTime(mark, FileTime.from(clock.instant()));
        } catch (NoSuchFileException endedMeanwhile) {
            // Another process intended it at the same time, and has confirmed or cleared it.
        }
    }

    private static void create(Path mark) throws IOException {
        try {
            Files.createFile(mark);
        } catch (NoSuchFileException firstOfItsFolder) {
            Files.createDirectories(mark.resolveSibling("").toAbsolutePath());
            Files.createFile(mark);
        }
    }

    @Override
    public void confirm(ImageKey key) {
        call(() -> {
            try {
                Files.move(intended(key), confirmed(key), StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                return key;
            }
            return key;
        });
    }

    @Override
    public void clear(ImageKey key) {
        call(() -> {
            Files.deleteIfExists(intended(key));
            return Files.deleteIfExists(confirmed(key));
        });
    }

    private Path intended(ImageKey key) {
        return directory.shard("pending", key);
    }

    private Path confirmed(ImageKey key) {
        return intended(key).resolveSibling(key.value() + ".confirmed");
    }

    private <T> T call(IoCall<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new QueueUnavailableException(directory.explain(e), e);
        }
    }
}
