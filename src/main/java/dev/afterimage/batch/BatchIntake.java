package dev.afterimage.batch;

import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.Sha256;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.Job.BatchRow;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Caller;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes batches in: plans and queues the rows while they arrive, so that the first images are made before the last row is
 * read. An upload that breaks off is cancelled; its caller repeats it and finds what was made.
 *
 * <p>Equal rows are all queued, because each of them wants its own outcome; the pipeline pays for one.
 */
@Singleton
public final class BatchIntake {

    /** A batch on its way in, read once and never held whole. */
    public interface Upload {

        /** The callback URL that was given beside the rows, such as in the query; unchecked. */
        default Optional<String> callback() {
            return Optional.empty();
        }

        CatalogueRows rows() throws IOException;

        /** A hash of the upload and of the parameters that change its meaning. Reads the rest of the upload first. */
        String hash() throws IOException;
    }

    /** An upload that has not been heard of for so long belongs to a process that died. */
    private static final Duration DEAD_AFTER = Duration.ofMinutes(1);

    /** While rows come, the ledger is told at least this often that the upload goes on. */
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);

    /** How often a repeat looks whether the first upload has been received. */
    private static final Duration POLL = Duration.ofMillis(200);

    private final Planner planner;
    private final JobQueue queue;
    private final BatchLedger ledger;
    private final TimeOrderedIds ids;
    private final Clock clock;
    private final Pause pause;
    private final Callbacks callbacks;

    public BatchIntake(
            Planner planner,
            JobQueue queue,
            BatchLedger ledger,
            TimeOrderedIds ids,
            Clock clock,
            Pause pause,
            Callbacks callbacks) {
        this.pause = pause;
        this.callbacks = callbacks;
        this.planner = planner;
        this.queue = queue;
        this.ledger = ledger;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Takes a batch in, or finds the one that the same request made before. Blocks; call it from a virtual thread.
     *
     * @param idempotencyKey names the request among the caller's
     * @param deadline how long a repeat waits while the first request is still being received
     * @throws IdempotencyConflictException when the key's first request was another one, or is still being received at the
     *     deadline; or when this was the first one, and a repeat has taken its place because it seemed dead
     * @throws QueueUnavailableException when the batch cannot be kept, or was lost with Redis' memory during the upload
     * @throws InvalidRequestException when the upload as a whole cannot be read, or has no row
     * @throws IOException when the upload breaks off
     */
    public Batch submit(Caller caller, Optional<String> idempotencyKey, Deadline deadline, Upload upload)
            throws IOException {
        String id = ids.next();
        ledger.sweep();
        if (idempotencyKey.isPresent()) {
            Optional<Batch> earlier =
                    earlier(Sha256.hex(caller.id() + '\0' + idempotencyKey.get()), id, caller, deadline, upload);
            if (earlier.isPresent()) {
                callbacks.tellIfDue(ledger, earlier.get().id());
                return earlier.get();
            }
        } else {
            ledger.open(id, caller, clock.instant());
        }
        try {
            int total = receive(id, caller, upload);
            if (!ledger.seal(id, total, upload.hash())) {
                throw ledger.find(id).isPresent()
                        ? new IdempotencyConflictException(IdempotencyConflictException.Kind.IN_PROGRESS)
                        : new QueueUnavailableException(
                                "A batch was lost during its upload", new IllegalStateException("no batch " + id));
            }
        } catch (IOException | RuntimeException | Error failure) {
            cancel(id, failure);
            throw failure;
        }
        callbacks.tellIfDue(ledger, id);
        return ledger.find(id).orElseThrow();
    }

    /**
     * Cancels a batch that was not sealed. If it was sealed and only the ledger's answer was lost, it stays, and whoever
     * repeats the request finds it. If the cancelling fails, too, the caller is still told the first failure.
     */
    private void cancel(String id, Throwable failure) {
        try {
            if (ledger.find(id).filter(Batch::received).isEmpty()) {
                ledger.cancel(id);
            }
        } catch (RuntimeException uncancelled) {
            failure.addSuppressed(uncancelled);
        }
    }

    private int receive(String id, Caller caller, Upload upload) throws IOException {
        try (CatalogueRows rows = new LimitedRows(upload.rows())) {
            // A callback that comes before the rows is checked before them, so that no row is planned in vain.
            Optional<URI> early = callback(upload, rows);
            int total = receive(id, caller, rows);
            if (total == 0) {
                throw empty();
            }
            early.or(() -> callback(upload, rows)).ifPresent(url -> ledger.callback(id, url));
            return total;
        }
    }

    private Optional<URI> callback(Upload upload, CatalogueRows rows) {
        return upload.callback().or(rows::callback).map(callbacks::accept);
    }

    /** From now on nothing of the batch is started; without effect when it has ended. Blocks. */
    public void cancel(String batch) {
        ledger.cancel(batch);
        callbacks.tellIfDue(ledger, batch);
    }

    /** The exception for an upload without a row. */
    public static InvalidRequestException empty() {
        return new InvalidRequestException("Send at least one job.", "body");
    }

    /**
     * The batch that an equal request made before. Empty when there is none: then the batch {@code id} has begun, and its rows
     * are to be received.
     *
     * @param request names the caller and its idempotency key; a hash
     */
    private Optional<Batch> earlier(String request, String id, Caller caller, Deadline deadline, Upload upload)
            throws IOException {
        String holder = ledger.claimIdempotencyKey(request, Optional.empty(), id, caller, clock.instant());
        while (!holder.equals(id)) {
            Optional<Batch> first = ledger.find(holder);
            if (first.isPresent() && first.get().received()) {
                boolean same = first.get().payloadHash().equals(Optional.of(upload.hash()));
                if (!same) {
                    throw new IdempotencyConflictException(IdempotencyConflictException.Kind.OTHER_PAYLOAD);
                }
                return first;
            }
            if (first.isPresent() && isAlive(first.get())) {
                awaitPoll(deadline);
                continue;
            }
            holder = ledger.claimIdempotencyKey(request, Optional.of(holder), id, caller, clock.instant());
        }
        return Optional.empty();
    }

    private void awaitPoll(Deadline deadline) {
        if (!deadline.forbids(POLL, clock)) {
            try {
                pause.await(POLL);
                return;
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
            }
        }
        throw new IdempotencyConflictException(IdempotencyConflictException.Kind.IN_PROGRESS);
    }

    private boolean isAlive(Batch batch) {
        return batch.cancelledAt().isEmpty()
                && clock.instant().isBefore(batch.lastActivity().plus(DEAD_AFTER));
    }

    private int receive(String id, Caller caller, CatalogueRows rows) throws IOException {
        int total = 0;
        List<CatalogueRow> chunk;
        do {
            chunk = chunk(id, total, rows);
            total += chunk.size();
            queueMissing(id, caller, chunk);
            ledger.progress(id, total);
        } while (chunk.size() == Planner.CHUNK);
        return total;
    }

    /**
     * The next rows: as many as are looked up at once, fewer at the end. While rows come slowly, the ledger is told from
     * time to time that the upload goes on.
     */
    private List<CatalogueRow> chunk(String id, int before, CatalogueRows rows) throws IOException {
        List<CatalogueRow> chunk = new ArrayList<>();
        Instant noted = clock.instant();
        while (chunk.size() < Planner.CHUNK) {
            Optional<CatalogueRow> row = rows.next();
            if (row.isEmpty()) {
                break;
            }
            chunk.add(row.get());
            Instant now = clock.instant();
            if (!now.isBefore(noted.plus(SIGN_OF_LIFE))) {
                ledger.progress(id, before + chunk.size());
                noted = now;
            }
        }
        return chunk;
    }

    private void queueMissing(String id, Caller caller, List<CatalogueRow> chunk) {
        List<RowResult> ended = new ArrayList<>();
        List<CatalogueRow.Wanted> wanted =
                planner.wanted(chunk, bad -> ended.add(RowResult.failed(bad.line(), bad.reason())));
        List<Job> jobs = new ArrayList<>();
        for (Planner.Planned planned : planner.plan(wanted)) {
            if (planned.fresh()) {
                ended.add(RowResult.hit(planned.row().line()).withKey(planned.key()));
                continue;
            }
            BatchRow row = new BatchRow(id, planned.row().line());
            Job job = planned.job(id, caller, Optional.of(row), Horizon.NONE);
            if (queue.fits(job)) {
                jobs.add(job);
            } else {
                CatalogueRow.Bad bad = planned.tooLarge();
                ended.add(RowResult.failed(bad.line(), bad.reason()).withKey(planned.key()));
            }
        }
        ledger.record(id, ended);
        if (!jobs.isEmpty()) {
            queue.enqueue(jobs, Duration.ZERO);
        }
    }

    /** An {@code Idempotency-Key} was sent again, and the batch of its first request cannot be the answer. */
    public static class IdempotencyConflictException extends RuntimeException {

        /** What is in the way. */
        public enum Kind {
            /** The first request is still being received. */
            IN_PROGRESS,
            /** The first request had another upload. */
            OTHER_PAYLOAD
        }

        private final Kind kind;

        public IdempotencyConflictException(Kind kind) {
            super(kind.name());
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }
    }
}
