package dev.afterimage.local;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Caller;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The batches in SQLite: a record for each batch, and one for each of its lines that has ended. An outcome and its count
 * change in one transaction, so that they always agree. What a caller is promised (the batch, its key, its cancellation) is
 * synced. Outcomes are not: when a power cut loses one, its job is run again and reports it again.
 */
public final class SqliteBatchLedger implements BatchLedger {

    private final Access database;
    private final Clock clock;

    public SqliteBatchLedger(Database database, Clock clock) {
        this.database = database.failingWith(QueueUnavailableException::new);
        this.clock = clock;
    }

    @Override
    public String claimIdempotencyKey(
            String request, Optional<String> dead, String batch, Caller owner, Instant startedAt) {
        return database.changeSynced(session -> {
            Optional<String> current =
                    session.first("SELECT batch FROM request WHERE hash = ?", row -> row.getString(1), request);
            if (current.isPresent() && !current.equals(dead)) {
                return current.get();
            }
            if (current.isPresent() && !replace(session, current.get(), startedAt)) {
                return current.get();
            }
            session.update(
                    "REPLACE INTO request (hash, batch, claimed_at) VALUES (?, ?, ?)",
                    request,
                    batch,
                    startedAt.toEpochMilli());
            open(session, batch, owner, startedAt);
            return batch;
        });
    }

    /** Cancels a batch whose upload has died, so that it can no longer be sealed. False when it was sealed before that. */
    private boolean replace(Session session, String dead, Instant now) throws SQLException {
        session.update(
                "UPDATE batch SET replaced = 1, cancelled_at = coalesce(cancelled_at, ?)"
                        + " WHERE id = ? AND payload_hash IS NULL",
                now.toEpochMilli(),
                dead);
        return session.number(
                        "SELECT count(*) FROM batch WHERE id = ? AND payload_hash IS NOT NULL AND started_at > ?",
                        dead,
                        oldest())
                == 0;
    }

    @Override
    public void open(String batch, Caller owner, Instant startedAt) {
        database.changeSynced(session -> open(session, batch, owner, startedAt));
    }

    private static int open(Session session, String batch, Caller owner, Instant startedAt) throws SQLException {
        return session.update(
                "INSERT INTO batch (id, owner, started_at, last_sign) VALUES (?, ?, ?, ?)",
                batch,
                owner.id(),
                startedAt.toEpochMilli(),
                startedAt.toEpochMilli());
    }

    @Override
    public void progress(String batch, int rows) {
        long now = clock.millis();
        database.change(
                session -> session.update("UPDATE batch SET total = ?, last_sign = ? WHERE id = ?", rows, now, batch));
    }

    @Override
    public boolean seal(String batch, int total, String payloadHash) {
        long now = clock.millis();
        return database.changeSynced(session -> session.update(
                        "UPDATE batch SET total = ?, payload_hash = ?, last_sign = ? WHERE id = ? AND replaced = 0",
                        total,
                        payloadHash,
                        now,
                        batch))
                > 0;
    }

    @Override
    public boolean record(String batch, List<RowResult> results) {
        if (results.isEmpty()) {
            return false;
        }
        long now = clock.millis();
        return database.change(session -> {
            Optional<Long> number =
                    session.first("SELECT number FROM batch WHERE id = ?", row -> row.getLong(1), batch);
            if (number.isEmpty()) {
                return false;
            }
            int changes = 0;
            for (RowResult result : results) {
                changes += record(session, number.get(), result);
            }
            if (changes > 0) { // until the batch is sealed, last_sign tells whether the upload goes on
                session.update("UPDATE batch SET last_sign = ? WHERE id = ? AND payload_hash IS NOT NULL", now, batch);
            }
            return callback(session, batch).isPresent();
        });
    }

    private static Optional<String> callback(Session session, String batch) throws SQLException {
        return session.first(
                "SELECT callback FROM batch WHERE id = ? AND callback IS NOT NULL", row -> row.getString(1), batch);
    }

    @Override
    public void callback(String batch, URI url) {
        database.changeSynced(
                session -> session.update("UPDATE batch SET callback = ? WHERE id = ?", url.toString(), batch));
    }

    @Override
    public Optional<URI> dueCallback(String batch) {
        return database.read(session -> callback(session, batch))
                .filter(callback -> find(batch)
                        .filter(found -> found.received() && found.ended())
                        .isPresent())
                .map(URI::create);
    }

    @Override
    public void callbackQueued(String batch) {
        database.changeSynced(session -> session.update("UPDATE batch SET callback = NULL WHERE id = ?", batch));
    }

    /** Records one row. Returns 1 when that changed something, else 0. */
    private static int record(Session session, long batch, RowResult result) throws SQLException {
        Optional<RowResult.Outcome> former = session.first(
                "SELECT outcome FROM batch_row WHERE batch = ? AND line = ?",
                row -> RowResult.Outcome.valueOf(row.getString(1)),
                batch,
                result.line());
        if (former.isPresent()
                && (former.get() != RowResult.Outcome.FAILED || result.outcome() == RowResult.Outcome.FAILED)) {
            return 0;
        }
        session.update(
                "REPLACE INTO batch_row (batch, line, outcome, key) VALUES (?, ?, ?, ?)",
                batch,
                result.line(),
                result.outcome().name(),
                result.key().map(Schema::bytes).orElse(null));
        if (former.isPresent()) {
            session.update("DELETE FROM batch_failure WHERE batch = ? AND line = ?", batch, result.line());
            session.update("UPDATE batch SET failed = failed - 1 WHERE number = ?", batch);
        }
        switch (result.outcome()) {
            case HIT -> session.update("UPDATE batch SET hits = hits + 1 WHERE number = ?", batch);
            case GENERATED -> session.update("UPDATE batch SET generated = generated + 1 WHERE number = ?", batch);
            case FAILED -> {
                session.update("UPDATE batch SET failed = failed + 1 WHERE number = ?", batch);
                session.update(
                        "INSERT INTO batch_failure (batch, line, reason) SELECT ?, ?, ?"
                                + " WHERE (SELECT count(*) FROM batch_failure WHERE batch = ?) < ?",
                        batch,
                        result.line(),
                        result.reason(),
                        batch,
                        MOST_FAILURES);
            }
        }
        return 1;
    }

    @Override
    public void cancel(String batch) {
        long now = clock.millis();
        database.changeSynced(session -> session.update(
                "UPDATE batch SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL"
                        + " AND (payload_hash IS NULL OR hits + generated + failed < total)",
                now,
                batch));
    }

    @Override
    public boolean isCancelled(String batch) {
        return database.read(session ->
                        session.number("SELECT count(*) FROM batch WHERE id = ? AND cancelled_at IS NOT NULL", batch))
                > 0;
    }

    @Override
    public Optional<Batch> find(String batch) {
        long oldest = oldest();
        return database.read(session -> {
            List<Batch.Failure> failures = session.list(
                    "SELECT line, reason FROM batch_failure WHERE batch = (SELECT number FROM batch WHERE id = ?)"
                            + " ORDER BY line",
                    row -> new Batch.Failure(row.getInt(1), row.getString(2)),
                    batch);
            return session.first(
                    "SELECT * FROM batch WHERE id = ? AND started_at > ?", row -> read(row, failures), batch, oldest);
        });
    }

    private static Batch read(ResultSet row, List<Batch.Failure> failures) throws SQLException {
        Optional<String> payloadHash = Optional.ofNullable(row.getString("payload_hash"));
        long cancelledAt = row.getLong("cancelled_at");
        return new Batch(
                row.getString("id"),
                new Caller(row.getString("owner")),
                payloadHash.isPresent(),
                row.getInt("total"),
                new Batch.Counts(row.getInt("hits"), row.getInt("generated"), row.getInt("failed")),
                failures,
                Instant.ofEpochMilli(row.getLong("started_at")),
                Instant.ofEpochMilli(row.getLong("last_sign")),
                payloadHash,
                cancelledAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(cancelledAt)));
    }

    @Override
    public List<RowResult> results(String batch, int after, int max) {
        return database.read(session -> session.list(
                "SELECT line, outcome, key FROM batch_row WHERE batch = (SELECT number FROM batch WHERE id = ?)"
                        + " AND line > ? ORDER BY line LIMIT ?",
                row -> new RowResult(
                        row.getInt(1),
                        RowResult.Outcome.valueOf(row.getString(2)),
                        "",
                        Optional.ofNullable(row.getBytes(3)).map(Schema::key)),
                batch,
                after,
                max));
    }

    /** Deletes old batches. Called with each new batch, so that there are never many. */
    @Override
    public void sweep() {
        long oldest = oldest();
        database.change(session -> session.update("DELETE FROM batch WHERE started_at <= ?", oldest)
                + session.update("DELETE FROM request WHERE claimed_at <= ?", oldest));
    }

    private long oldest() {
        return clock.instant().minus(RETENTION).toEpochMilli();
    }
}
