package dev.afterimage.batch;

import dev.afterimage.catalogue.CatalogueRow;
import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.BatchRow;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.RowResult;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
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

        /** Where its caller wants to be told that the batch has ended, as it was written beside the upload. */
        default Optional<String> callback() {
            return Optional.empty();
        }

        CatalogueRows rows() throws IOException;

        /** A hash of the upload and of all that gives it its meaning; reads what is left of it. */
        String hash() throws IOException;
    }

    /** An upload that gave no sign for so long belongs to a process that died. */
    private static final Duration DEAD_AFTER = Duration.ofMinutes(1);

    private final Planner planner;
    private final JobQueue queue;
    private final BatchLedger ledger;
    private final TimeOrderedIds ids;
    private final Clock clock;
    private final Callbacks callbacks;

    public BatchIntake(
            Planner planner, JobQueue queue, BatchLedger ledger, TimeOrderedIds ids, Clock clock, Callbacks callbacks) {
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
     * @throws IdempotencyConflictException when the key was used otherwise
     * @throws InvalidRequestException when the upload as a whole cannot be read, or has no row
     * @throws IOException when the upload breaks off
     */
    public Batch submit(Caller caller, Optional<String> idempotencyKey, Upload upload) throws IOException {
        String id = ids.next();
        ledger.sweep();
        if (idempotencyKey.isPresent()) {
            Optional<Batch> first = first(request(caller, idempotencyKey.get()), id, caller, upload);
            if (first.isPresent()) {
                callbacks.tellIfDue(ledger, first.get().id());
                return first.get();
            }
        } else {
            ledger.open(id, caller, clock.instant());
        }
        try {
            int total = receive(id, caller, upload);
            ledger.seal(id, total, upload.hash());
        } catch (IOException | RuntimeException | Error failure) {
            cancel(id, failure);
            throw failure;
        }
        callbacks.tellIfDue(ledger, id);
        return ledger.find(id).orElseThrow();
    }

    /**
     * What the caller has to know is why the batch was not taken. Where only the answer was lost it was taken all the same, and
     * whoever repeats the request is to find it at work.
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
        try (CatalogueRows rows = upload.rows()) {
            // Before the rows where it stands before them, so that none is begun for nothing.
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

    /** Why an upload without a row is refused. */
    public static InvalidRequestException empty() {
        return new InvalidRequestException("Send at least one job.", "body");
    }

    /** The batch that this request made before; empty when {@code id} is its batch, has begun, and is to be received. */
    private Optional<Batch> first(String request, String id, Caller caller, Upload upload) throws IOException {
        String standing = ledger.claimIdempotencyKey(request, Optional.empty(), id, caller, clock.instant());
        while (!standing.equals(id)) {
            Optional<Batch> first = ledger.find(standing);
            if (first.isPresent() && first.get().received()) {
                boolean same = first.get().payloadHash().equals(Optional.of(upload.hash()));
                if (!same) {
                    throw new IdempotencyConflictException(IdempotencyConflictException.Kind.OTHER_PAYLOAD);
                }
                return first;
            }
            if (first.isPresent() && isAlive(first.get())) {
                throw new IdempotencyConflictException(IdempotencyConflictException.Kind.IN_PROGRESS);
            }
            standing = ledger.claimIdempotencyKey(request, Optional.of(standing), id, caller, clock.instant());
        }
        return Optional.empty();
    }

    private boolean isAlive(Batch batch) {
        return batch.cancelledAt().isEmpty()
                && clock.instant().isBefore(batch.lastSign().plus(DEAD_AFTER));
    }

    private int receive(String id, Caller caller, CatalogueRows rows) throws IOException {
        int total = 0;
        List<CatalogueRow> chunk;
        do {
            chunk = rows.next(Planner.CHUNK);
            total += chunk.size();
            deal(id, caller, chunk);
            ledger.progress(id, total);
        } while (chunk.size() == Planner.CHUNK);
        return total;
    }

    private void deal(String id, Caller caller, List<CatalogueRow> chunk) {
        List<RowResult> ended = new ArrayList<>();
        List<CatalogueRow.Wanted> wanted = new ArrayList<>();
        for (CatalogueRow row : chunk) {
            switch (planner.checked(row)) {
                case CatalogueRow.Wanted w -> wanted.add(w);
                case CatalogueRow.Bad bad -> ended.add(RowResult.failed(bad.line(), bad.reason()));
            }
        }
        List<Job> jobs = new ArrayList<>();
        for (Planner.Planned planned : planner.plan(wanted)) {
            if (planned.fresh()) {
                ended.add(RowResult.hit(planned.row().line()).of(planned.key()));
                continue;
            }
            Job job = job(id, caller, planned);
            if (queue.fits(job)) {
                jobs.add(job);
            } else {
                CatalogueRow.Bad bad = planned.tooLarge();
                ended.add(RowResult.failed(bad.line(), bad.reason()).of(planned.key()));
            }
        }
        ledger.record(id, ended);
        if (!jobs.isEmpty()) {
            queue.enqueue(jobs, Duration.ZERO);
        }
    }

    private static Job job(String id, Caller caller, Planner.Planned planned) {
        int line = planned.row().line();
        return new Job.Image(
                id + "-" + line,
                planned.key(),
                planned.row().request(),
                Lane.BULK,
                caller,
                Optional.of(new BatchRow(id, line)));
    }

    private static String request(Caller caller, String idempotencyKey) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(caller.id().getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
            sha256.update(idempotencyKey.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256", e);
        }
    }
}
