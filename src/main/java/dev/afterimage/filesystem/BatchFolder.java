package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.TimeOrderedIds;
import dev.afterimage.pregeneration.batch.Batch;
import dev.afterimage.pregeneration.batch.BatchLedger;
import dev.afterimage.pregeneration.batch.RowFailure;
import dev.afterimage.pregeneration.batch.RowFate;
import dev.afterimage.pregeneration.batch.RowResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The files of one batch: its header, a byte a row, the failures, and when it was cancelled. */
final class BatchFolder {

    private final DataDirectory directory;
    private final String batch;
    private final Path folder;
    private final RowsFile rows;
    private final FailuresFile failures;

    /**
     * The folder of a batch, which need not be there.
     *
     * @throws IllegalArgumentException when it is not the id of a batch
     */
    BatchFolder(DataDirectory directory, String batch) {
        if (!TimeOrderedIds.isWellFormed(batch)) {
            throw new IllegalArgumentException("not the id of a batch");
        }
        this.directory = directory;
        this.batch = batch;
        this.folder = directory.path("batches").resolve(batch);
        this.rows = new RowsFile(folder.resolve("rows"));
        this.failures = new FailuresFile(folder.resolve("failures"));
    }

    boolean exists() {
        return Files.exists(header());
    }

    void open(Instant startedAt) throws IOException {
        directory.replace(header(), new BatchHeader(startedAt, 0, Optional.empty()).encode(), Durability.POWER);
        rows.touch(startedAt);
    }

    /** Without effect when there is no such batch. */
    void amend(Durability durability, UnaryOperator<BatchHeader> change, Instant now) throws IOException {
        Optional<String> header = DataDirectory.text(header());
        if (header.isPresent()) {
            BatchHeader amended = change.apply(BatchHeader.decode(header.get()));
            directory.replace(header(), amended.encode(), durability);
            rows.touch(now);
        }
    }

    void record(RowResult result, Instant now) throws IOException {
        boolean news = rows.put(result.line(), result.fate(), now);
        if (news && result.fate() == RowFate.FAILED) {
            failures.add(result.line(), result.reason());
        }
    }

    void cancel(Instant now) throws IOException {
        directory.replace(cancelled(), Long.toString(now.toEpochMilli()), Durability.POWER);
    }

    boolean isCancelled() {
        return Files.exists(cancelled());
    }

    /** Empty when there is no such batch. */
    Optional<Batch> read() throws IOException {
        Optional<String> header = DataDirectory.text(header());
        return header.isEmpty() ? Optional.empty() : Optional.of(read(BatchHeader.decode(header.get())));
    }

    private Batch read(BatchHeader header) throws IOException {
        RowsFile.Snapshot snapshot = rows.read();
        List<RowFailure> failed = failures.read().stream()
                .filter(failure -> snapshot.failed(failure.line()))
                .distinct()
                .limit(BatchLedger.MOST_FAILURES)
                .sorted(Comparator.comparingInt(RowFailure::line))
                .toList();
        return new Batch(
                batch,
                header.payloadHash().isPresent(),
                header.total(),
                snapshot.counts(),
                failed,
                header.startedAt(),
                snapshot.lastSign().orElse(header.startedAt()),
                header.payloadHash(),
                DataDirectory.text(cancelled()).map(millis -> Instant.ofEpochMilli(Long.parseLong(millis))));
    }

    /** The header first: without it the batch is not known. */
    void remove() throws IOException {
        Files.deleteIfExists(header());
        Folders.remove(folder);
    }

    private Path header() {
        return folder.resolve("header");
    }

    private Path cancelled() {
        return folder.resolve("cancelled");
    }
}
