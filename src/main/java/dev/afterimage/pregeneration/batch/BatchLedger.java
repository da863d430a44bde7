package dev.afterimage.pregeneration.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Port: what became of every row of every batch. Rows are known by their line, so reporting one twice changes nothing, and
 * progress is exact however often a job is delivered. Batches are forgotten a {@linkplain #RETENTION week} after they
 * began. Operations block; those on a batch that is not known do nothing.
 */
public interface BatchLedger {

    Duration RETENTION = Duration.ofDays(7);

    /** Failures that are kept with their reason; more are only counted. */
    int MOST_FAILURES = 1000;

    /**
     * Ties a repeatable request to its batch.
     *
     * @param request names the caller and its {@code Idempotency-Key}; a hash, so safe as a file name
     * @return the batch that the request is tied to, which is the given one unless it came second
     */
    String tie(String request, String batch);

    /** Ties the request to another batch, if it is tied to the {@code former} one still; returns what now stands. */
    String retie(String request, String former, String batch);

    /** Begins a batch whose rows are about to arrive. */
    void open(String batch, Instant startedAt);

    /** So many rows have arrived; also a sign that the upload goes on. */
    void progress(String batch, int rows);

    /** All rows have arrived. */
    void seal(String batch, int total, String payloadHash);

    /** Remembers rows that ended. The first success of a row stands; a failure stands until a success. */
    void record(String batch, List<RowResult> results);

    /** From now on nothing of the batch is started; quietly when it has ended. */
    void cancel(String batch);

    /** Asked before each job, so cheap. */
    boolean isCancelled(String batch);

    Optional<Batch> find(String batch);

    /** Forgets what is past its retention, where the backend does not do so by itself. */
    void sweep();
}
