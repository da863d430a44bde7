package dev.afterimage.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The folder of the files that are being written, apart from the finished ones, so that what a killed process left is found
 * without a look at a million entries.
 *
 * <p>A file that nobody touched for an hour belongs to a dead process; the first write of a process, and then one an hour,
 * removes it. Age decides and not the writer's process id, because processes in containers share the directory but not
 * their ids. Were a living writer that slow, its rename would fail and no harm be done.
 */
final class TemporaryFolder {

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
