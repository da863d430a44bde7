package dev.afterimage.batch;

import dev.afterimage.limit.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A batch at one moment.
 *
 * @param owner who sent it; its id is empty for a batch that an older version took in
 * @param total its rows; while it is received, those that came so far
 * @param failures the first {@value BatchLedger#MOST_FAILURES}, by line
 * @param lastActivity when a row last arrived; once all have arrived, when one last ended
 * @param payloadHash a hash of the whole upload; empty until all of it has been received
 * @param cancelledAt when it was cancelled, or its upload broke off
 */
public record Batch(
        String id,
        Caller owner,
        boolean received,
        int total,
        Counts counts,
        List<Failure> failures,
        Instant startedAt,
        Instant lastActivity,
        Optional<String> payloadHash,
        Optional<Instant> cancelledAt) {

    public Batch {
        failures = List.copyOf(failures);
    }

    /** Rows that ended, by their outcome. */
    public record Counts(int hits, int generated, int failed) {

        public int ended() {
            return hits + generated + failed;
        }
    }

    /** A failed row, as the caller sees it. */
    public record Failure(int line, String reason) {}

    /** The stages of a batch's life. */
    public enum State {
        /** Rows are still arriving; the first may be done. */
        RECEIVING,
        RUNNING,
        /** Every row has ended. */
        FINISHED,
        /** Rows that had not started will not be started. */
        CANCELLED
    }

    public State state() {
        if (cancelledAt.isPresent()) {
            return State.CANCELLED;
        }
        if (!received) {
            return State.RECEIVING;
        }
        return pending() == 0 ? State.FINISHED : State.RUNNING;
    }

    public boolean ended() {
        return state() == State.FINISHED || state() == State.CANCELLED;
    }

    /** Rows whose image is there. */
    public int done() {
        return counts.hits() + counts.generated();
    }

    public int pending() {
        return Math.max(0, total - counts.ended());
    }

    public Optional<Instant> finishedAt() {
        return switch (state()) {
            case RECEIVING, RUNNING -> Optional.empty();
            case FINISHED -> Optional.of(lastActivity);
            case CANCELLED -> cancelledAt;
        };
    }

    /**
     * An estimate of the time left, from the pace of the rows that needed a job so far; empty before the first of them has
     * ended.
     */
    public Optional<Duration> timeLeft(Instant now) {
        int ranAsJobs = counts.generated() + counts.failed();
        Duration elapsed = Duration.between(startedAt, now);
        if (ended() || ranAsJobs == 0 || elapsed.isNegative() || elapsed.isZero()) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(Math.round((double) elapsed.toMillis() * pending() / ranAsJobs)));
    }
}
