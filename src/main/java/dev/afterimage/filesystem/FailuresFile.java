package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.batch.BatchLedger;
import dev.afterimage.pregeneration.batch.RowFailure;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The first failures of a batch with their reasons, a line each, in the order in which they came. */
final class FailuresFile {

    /** So many with reasons of full length; what lies beyond is only counted. */
    private static final long MOST_BYTES = BatchLedger.MOST_FAILURES * 1000L;

    private final Path file;

    FailuresFile(Path file) {
        this.file = file;
    }

    void add(int line, String reason) throws IOException {
        if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
            return;
        }
        String text = line + " " + reason.replaceAll("\\R", " ") + "\n";
        try (OutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    List<RowFailure> read() throws IOException {
        List<RowFailure> failures = new ArrayList<>();
        try {
            for (String text : Files.readString(file, StandardCharsets.UTF_8).split("\n", -1)) {
                int space = text.indexOf(' ');
                if (space > 0) {
                    failures.add(new RowFailure(Integer.parseInt(text.substring(0, space)), text.substring(space + 1)));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (NumberFormatException e) {
            throw new DamagedFileException("a line of " + file + " must begin with a line number");
        }
        return failures;
    }
}
