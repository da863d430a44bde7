package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * The dead-letter queue in one folder, a file a job, oldest first: its first line says why and after how many failed
 * attempts, its second is the job. Made to be read by people too.
 */
final class DeadLetterFolder {

    private final DataDirectory directory;
    private final Path folder;

    DeadLetterFolder(DataDirectory directory, Path folder) {
        this.directory = directory;
        this.folder = folder;
    }

    /** When this returns the job survives a power cut. */
    void bury(String job, String reason, int attempts, Instant now) throws IOException {
        String name = String.format(Locale.ROOT, "%015d-%s", now.toEpochMilli(), UUID.randomUUID());
        String text =
                now + " after " + attempts + " failed attempts: " + reason.replaceAll("\\R", " ") + "\n" + job + "\n";
        try (AtomicFile file = directory.write(Durability.POWER, text.getBytes(StandardCharsets.UTF_8))) {
            file.commit(folder.resolve(name));
        }
    }

    long size() throws IOException {
        return QueueLane.names(folder).size();
    }

    List<String> oldest(int max) throws IOException {
        return QueueLane.names(folder).stream().sorted().limit(max).toList();
    }

    Optional<String> job(String name) throws IOException {
        try {
            String[] line = Files.readString(folder.resolve(name), StandardCharsets.UTF_8)
                    .split("\n", -1);
            return line.length == 3 ? Optional.of(line[1]) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }
}
