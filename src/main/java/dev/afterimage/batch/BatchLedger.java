package dev.afterimage.batch;

import dev.afterimage.jobs.BatchRows;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.limit.Caller;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Port: what became of every row of every batch. Rows are known by their line, so reporting one twice changes nothing, and
 * progress is exact however often a job is delivered. Batches are forgotten a {@linkplain #RETENTION week} after they
 * began. Operations block; those on a batch that is not known do nothing.
 */
public interface BatchLedger extends BatchRows {

    Duration RETENTION = Duration.ofDays(7);

    /** Failures that are kept with their reason; more are only counted. */
    int MOST_FAILURES = 1000;

    /**
     * Begins a batch for a repeatable request, unless the request has one. Atomic: of equal requests at the same moment one
     * begins a batch, and the others get its id.
     *
     * @param request names the caller and its {@code Idempotency-Key}; a hash
     * @param dead the batch that an earlier call returned, whose upload has died since. It is replaced unless it has been
     *     sealed meanwhile: it is cancelled, and can no longer be sealed
     * @return the batch that the request has now: the given one, which has begun, or another, which began before
     */
    String claimIdempotencyKey(String request, Optional<String> dead, String batch, Caller owner, Instant startedAt);

    /** Begins a batch that no request can repeat, whose rows are about to arrive. */
    void open(String batch, Caller owner, Instant startedAt);

    /** Notes the callback URL of the batch. */
    void callback(String batch, URI url);

    /** Notes that so many rows have arrived, and that the upload goes on. */
    void progress(String batch, int rows);

    /**
     * Notes that all rows have arrived. Returns false, and notes nothing, when another batch has replaced this one, or it is
     * not known.
     */
    boolean seal(String batch, int total, String payloadHash);

    /** From now on nothing of the batch is started; without effect when it has ended. */
    void cancel(String batch);

    Optional<Batch> find(String batch);

    /**
     * The rows that have ended, by line, each with its image; without the reasons of failures.
     *
     * @param after lines up to this one are left out; 0 for none
     * @param max at most so many, at least 1
     */
    List<RowResult> results(String batch, int after, int max);

    /** Forgets what is past its retention, where the backend does not do so by itself. */
    void sweep();
}
