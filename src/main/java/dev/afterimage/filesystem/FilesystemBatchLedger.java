package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.TimeOrderedIds;
import dev.afterimage.pregeneration.batch.Batch;
import dev.afterimage.pregeneration.batch.BatchLedger;
import dev.afterimage.pregeneration.batch.RowResult;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Batches as files: a {@link BatchFolder} each under {@code batches/}, and a file under {@code requests/} for each repeatable
 * request.
 */
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
        return DataDirectory.text(directory.path("requests").resolve(request)).map(String::strip);
    }

    private String write(String request, String batch) throws IOException {
        directory.replace(directory.path("requests").resolve(request), batch + "\n", Durability.POWER);
        return batch;
    }

    @Override
    public void open(String batch, Instant startedAt) {
        call(() -> {
            folder(batch).open(startedAt);
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

    private void amend(String batch, Durability durability, UnaryOperator<BatchHeader> change) {
        locked(() -> {
            folder(batch).amend(durability, change, clock.instant());
            return batch;
        });
    }

    @Override
    public void record(String batch, List<RowResult> results) {
        if (results.isEmpty()) {
            return;
        }
        locked(() -> {
            BatchFolder folder = folder(batch);
            if (folder.exists()) {
                Instant now = clock.instant();
                for (RowResult result : results) {
                    folder.record(result, now);
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
                folder(batch).cancel(clock.instant());
            }
            return batch;
        });
    }

    @Override
    public boolean isCancelled(String batch) {
        return folder(batch).isCancelled();
    }

    @Override
    public Optional<Batch> find(String batch) {
        return TimeOrderedIds.isWellFormed(batch) ? locked(() -> folder(batch).read()) : Optional.empty();
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
            for (String batch : Folders.names(directory.path("batches"))) {
                if (isOlder(batch, forgotten)) {
                    folder(batch).remove();
                }
            }
            for (String request : Folders.names(directory.path("requests"))) {
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

    private BatchFolder folder(String batch) {
        return new BatchFolder(directory, batch);
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
