package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.batch.RowCounts;
import dev.afterimage.pregeneration.batch.RowFate;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The fate of every row of a batch: 8 bytes that say when the last sign came (milliseconds), then a byte a line. Saying
 * twice how a row ended writes the same byte, so nothing can drift. Not synced: a killed process loses nothing, a power cut
 * may set some rows back to pending.
 */
final class RowsFile {

    private static final int HEADER = Long.BYTES;
    private static final int PENDING = 0;

    private final Path file;

    RowsFile(Path file) {
        this.file = file;
    }

    /** Remembers a sign of life. */
    void touch(Instant now) throws IOException {
        try (RandomAccessFile rows = new RandomAccessFile(file.toFile(), "rw")) {
            rows.writeLong(now.toEpochMilli());
        }
    }

    /** Remembers how a row ended, unless it had succeeded already; whether that was news. */
    boolean put(int line, RowFate fate, Instant now) throws IOException {
        try (RandomAccessFile rows = new RandomAccessFile(file.toFile(), "rw")) {
            long place = HEADER + line - 1L;
            int former = PENDING;
            if (place < rows.length()) {
                rows.seek(place);
                former = rows.read();
            }
            int next = code(fate);
            if (former == next || former == code(RowFate.HIT) || former == code(RowFate.GENERATED)) {
                return false;
            }
            rows.seek(place);
            rows.write(next);
            rows.seek(0);
            rows.writeLong(now.toEpochMilli());
            return true;
        }
    }

    /** What the file said at one moment. */
    Snapshot read() throws IOException {
        return new Snapshot(Files.readAllBytes(file));
    }

    private static int code(RowFate fate) {
        return switch (fate) {
            case HIT -> 1;
            case GENERATED -> 2;
            case FAILED -> 3;
        };
    }

    /** The file's bytes. */
    static final class Snapshot {

        private final byte[] bytes;

        private Snapshot(byte[] bytes) {
            this.bytes = bytes;
        }

        Optional<Instant> lastSign() {
            return bytes.length < HEADER
                    ? Optional.empty()
                    : Optional.of(Instant.ofEpochMilli(ByteBuffer.wrap(bytes).getLong()));
        }

        RowCounts counts() {
            int[] count = new int[4];
            for (int i = HEADER; i < bytes.length; i++) {
                count[bytes[i] & 3]++;
            }
            return new RowCounts(count[code(RowFate.HIT)], count[code(RowFate.GENERATED)], count[code(RowFate.FAILED)]);
        }

        boolean failed(int line) {
            int place = HEADER + line - 1;
            return place < bytes.length && bytes[place] == code(RowFate.FAILED);
        }
    }
}
