package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.file.Files;
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
        directory.replace(folder.resolve(name), text, Durability.POWER);
    }

    long size() throws IOException {
        return Folders.names(folder).size();
    }

    List<String> oldest(int max) throws IOException {
        return Folders.names(folder).stream().sorted().limit(max).toList();
    }

    Optional<String> job(String name) throws IOException {
        return DataDirectory.text(folder.resolve(name))
                .map(text -> text.split("\n", -1))
                .filter(lines -> lines.length == 3)
                .map(lines -> lines[1]);
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }
}
