package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.PendingKeys;
import java.time.Clock;
import java.time.Duration;

/** The marks of pending keys in SQLite: a row for each key. Not synced: a power cut costs at most a second job for a key. */
public final class SqlitePendingKeys implements PendingKeys {

    /** How long a mark is kept: longer than a job may wait for next month's credits. */
    private static final Duration MARK_KEPT_FOR = Duration.ofDays(40);

    private final Access database;
    private final Clock clock;

    public SqlitePendingKeys(Database database, Clock clock) {
        this.database = database.failingWith(QueueUnavailableException::new);
        this.clock = clock;
    }

    @Override
    public Mark of(ImageKey key) {
        return database.read(session -> session.first(
                        "SELECT confirmed FROM pending WHERE key = ? AND intended_at > ?",
                        row -> row.getBoolean(1) ? Mark.CONFIRMED : Mark.INTENDED,
                        Schema.bytes(key),
                        oldest()))
                .orElse(Mark.NONE);
    }

    @Override
    public void intend(ImageKey key) {
        database.change(session -> session.update(
                "INSERT INTO pending (key, confirmed, intended_at) VALUES (?, FALSE, ?)"
                        + " ON CONFLICT (key) DO UPDATE SET confirmed = FALSE, intended_at = excluded.intended_at"
                        + " WHERE intended_at <= ?",
                Schema.bytes(key),
                clock.millis(),
                oldest()));
    }

    @Override
    public void confirm(ImageKey key) {
        database.change(session ->
                session.update("UPDATE pending SET confirmed = TRUE WHERE key = ?", (Object) Schema.bytes(key)));
    }

    @Override
    public void clear(ImageKey key) {
        database.change(session -> session.update("DELETE FROM pending WHERE key = ?", (Object) Schema.bytes(key)));
    }

    private long oldest() {
        return clock.instant().minus(MARK_KEPT_FOR).toEpochMilli();
    }
}
