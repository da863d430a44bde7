package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.TimeOrderedIds;
import dev.afterimage.pregeneration.batch.Batch;
import dev.afterimage.pregeneration.batch.BatchLedger;
import dev.afterimage.pregeneration.batch.RowFailure;
import dev.afterimage.pregeneration.batch.RowFate;
import dev.afterimage.pregeneration.batch.RowResult;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/** Batches as files: a folder each under {@code batches/}, and a file under {@code requests/} for each repeatable request. */
public final class FilesystemBatchLedger implements BatchLedger {

    private static final Duration SWEEP_EVERY = Duration.ofHours(1);

    private final DataDirectory directory;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicReference<Instant> nextSweep = new AtomicReference<>(Instant.MIN);

    public FilesystemBatchLedger(DataDirectory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public String tie(String request, String batch) {
        return call(() -> directory.mutex("requests").hold(() -> {
            Optional<String> tied = tied(request);
            return tied.isPresent() ? tied.get() : write(request, batch);
        }));
    }

    @Override
    public String retie(String request, String former, String batch) {
        return call(() -> directory.mutex("requests").hold(() -> {
            Optional<String> tied = tied(request);
            return tied.isPresent() && !tied.get().equals(former) ? tied.get() : write(request, batch);
        }));
    }

    private Optional<String> tied(String request) throws IOException {
        return text(directory.path("requests").resolve(request)).map(String::strip);
    }

    private String write(String request, String batch) throws IOException {
        replace(directory.path("requests").resolve(request), batch + "\n", Durability.POWER);
        return batch;
    }

    @Override
    public void open(String batch, Instant startedAt) {
        call(() -> {
            replace(header(batch), new BatchHeader(startedAt, 0, Optional.empty()).encode(), Durability.POWER);
            rows(batch).touch(startedAt);
            return batch;
        });
    }

    @Override
    public void progress(String batch, int rows) {
        amend(batch, Durability.PROCESS, header -> new BatchHeader(header.startedAt(), rows, Optional.empty()));
    }

    @Override
    public void seal(String batch, int total, String payloadHash) {
        amend(batch, Durability.POWER, header -> new BatchHeader(header.startedAt(), total, Optional.of(payloadHash)));
    }

    private void amend(String batch, Durability durability, java.util.function.UnaryOperator<BatchHeader> change) {
        locked(() -> {
            Optional<String> header = text(header(batch));
            if (header.isPresent()) {
                replace(
                        header(batch),
                        change.apply(BatchHeader.decode(header.get())).encode(),
                        durability);
                rows(batch).touch(clock.instant());
            }
            return batch;
        });
    }

    @Override
    public void record(String batch, List<RowResult> results) {
        if (results.isEmpty()) {
            return;
        }
        locked(() -> {
            if (!Files.exists(header(batch))) {
                return batch;
            }
            Instant now = clock.instant();
            for (RowResult result : results) {
                boolean news = rows(batch).put(result.line(), result.fate(), now);
                if (news && result.fate() == RowFate.FAILED) {
                    failures(batch).add(result.line(), result.reason());
                }
            }
            return batch;
        });
    }

    @Override
    public void cancel(String batch) {
        locked(() -> {
            boolean running = find(batch).map(found -> !found.ended()).orElse(false);
            if (running) {
                replace(cancelled(batch), Long.toString(clock.instant().toEpochMilli()), Durability.POWER);
            }
            return batch;
        });
    }

    @Override
    public boolean isCancelled(String batch) {
        return Files.exists(cancelled(batch));
    }

    @Override
    public Optional<Batch> find(String batch) {
        if (!TimeOrderedIds.isWellFormed(batch)) {
            return Optional.empty();
        }
        return locked(() -> {
            Optional<String> text = text(header(batch));
            return text.isEmpty() ? Optional.<Batch>empty() : Optional.of(read(batch, BatchHeader.decode(text.get())));
        });
    }

    private Batch read(String batch, BatchHeader header) throws IOException {
        RowsFile.Snapshot rows = rows(batch).read();
        List<RowFailure> failures = failures(batch).read().stream()
                .filter(failure -> rows.failed(failure.line()))
                .distinct()
                .limit(MOST_FAILURES)
                .sorted(Comparator.comparingInt(RowFailure::line))
                .toList();
        Optional<String> cancelled = text(cancelled(batch));
        return new Batch(
                batch,
                header.payloadHash().isPresent(),
                header.total(),
                rows.counts(),
                failures,
                header.startedAt(),
                rows.lastSign().orElse(header.startedAt()),
                header.payloadHash(),
                cancelled.map(millis -> Instant.ofEpochMilli(Long.parseLong(millis))));
    }

    @Override
    public void sweep() {
        Instant now = clock.instant();
        Instant due = nextSweep.get();
        if (now.isBefore(due) || !nextSweep.compareAndSet(due, now.plus(SWEEP_EVERY))) {
            return;
        }
        Instant forgotten = now.minus(RETENTION);
        call(() -> {
            for (String batch : QueueLane.names(directory.path("batches"))) {
                if (isOlder(batch, forgotten)) {
                    Path folder = directory.path("batches").resolve(batch);
                    // The header first: without it the batch is not known.
                    Files.deleteIfExists(header(batch));
                    for (String file : QueueLane.names(folder)) {
                        Files.deleteIfExists(folder.resolve(file));
                    }
                    Files.deleteIfExists(folder);
                }
            }
            for (String request : QueueLane.names(directory.path("requests"))) {
                if (tied(request).map(batch -> isOlder(batch, forgotten)).orElse(false)) {
                    Files.deleteIfExists(directory.path("requests").resolve(request));
                }
            }
            return now;
        });
    }

    private static boolean isOlder(String batch, Instant time) {
        return TimeOrderedIds.isWellFormed(batch)
                && TimeOrderedIds.timeOf(batch).isBefore(time);
    }

    private Path folder(String batch) {
        if (!TimeOrderedIds.isWellFormed(batch)) {
            throw new IllegalArgumentException("not the id of a batch");
        }
        return directory.path("batches").resolve(batch);
    }

    private Path header(String batch) {
        return folder(batch).resolve("header");
    }

    private Path cancelled(String batch) {
        return folder(batch).resolve("cancelled");
    }

    private RowsFile rows(String batch) {
        return new RowsFile(folder(batch).resolve("rows"));
    }

    private FailuresFile failures(String batch) {
        return new FailuresFile(folder(batch).resolve("failures"));
    }

    private void replace(Path target, String text, Durability durability) throws IOException {
        try (AtomicFile file = directory.write(durability, text.getBytes(StandardCharsets.UTF_8))) {
            file.commit(target);
        }
    }

    private static Optional<String> text(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private <T> T locked(IoCall<T> work) {
        lock.lock();
        try {
            return call(work);
        } finally {
            lock.unlock();
        }
    }

    private <T> T call(IoCall<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new QueueUnavailableException(directory.explain(e), e);
        }
    }
}
