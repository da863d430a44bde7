package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** A whole number from zero up in a file, changed by one at a time, by any thread of any process. */
final class CounterFile {

    private final DataDirectory directory;
    private final FileMutex mutex;
    private final Path file;

    CounterFile(DataDirectory directory, FileMutex mutex, Path file) {
        this.directory = directory;
        this.mutex = mutex;
        this.file = file;
    }

    /** The number as it stands; zero when it was never raised. */
    long read() throws IOException {
        try {
            return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Adds one and returns the new number, or leaves it and returns nothing when it would exceed {@code most}. */
    OptionalLong raise(long most) throws IOException {
        return mutex.hold(() -> {
            long number = read();
            if (number >= most) {
                return OptionalLong.empty();
            }
            replace(number + 1);
            return OptionalLong.of(number + 1);
        });
    }

    /** Adds as many of {@code wanted} as stay within {@code most}, and returns how many those were. */
    int raiseBy(int wanted, long most) throws IOException {
        return mutex.hold(() -> {
            long number = read();
            int added = Math.clamp(most - number, 0, wanted);
            if (added > 0) {
                replace(number + added);
            }
            return added;
        });
    }

    /** Takes one away, down to zero. */
    void lower() throws IOException {
        mutex.hold(() -> {
            long number = read();
            if (number > 0) {
                replace(number - 1);
            }
            return number;
        });
    }

    private void replace(long number) throws IOException {
        byte[] line = (number + "\n").getBytes(StandardCharsets.ISO_8859_1);
        try (AtomicFile next = directory.write(Durability.POWER, line)) {
            next.commit(file);
        }
    }

    private long parse(String text) throws IOException {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw damaged();
        }
        throw damaged();
    }

    private DamagedFileException damaged() {
        return new DamagedFileException(file.getFileName() + " must hold one whole number from zero up");
    }
}
