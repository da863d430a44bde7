package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.ReceiptStorage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The receipts in SQLite, so that after a kill the next process does not buy again what was being bought. */
public final class SqliteReceipts implements ReceiptStorage {

    private final Access database;
    private final Clock clock;

    public SqliteReceipts(Database database, Clock clock) {
        this.database = database.failingWith(FleetUnavailableException::new);
        this.clock = clock;
    }

    @Override
    public List<Entry> load() {
        long now = clock.millis();
        return database.changeSynced(session -> {
            session.update("DELETE FROM receipt WHERE ends_at <= ?", now);
            return session.list("SELECT * FROM receipt", SqliteReceipts::read);
        });
    }

    @Override
    public CompletableFuture<?> put(Entry entry) {
        Receipt receipt = entry.receipt();
        return database.changeSyncedLater(session -> session.update(
                "INSERT OR REPLACE INTO receipt (key, state, token, departed_at, until, account, template, request, ticket,"
                        + " series, purchases, buy_from, detail, made_at, deleted_at, deleted_open, ends_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                Schema.bytes(receipt.key()),
                receipt.state().name(),
                receipt.token(),
                receipt.departed().toEpochMilli(),
                receipt.until().toEpochMilli(),
                receipt.account(),
                receipt.template(),
                receipt.request(),
                receipt.ticket(),
                receipt.idempotencySuffix(),
                receipt.purchases(),
                receipt.from().toEpochMilli(),
                receipt.detail(),
                entry.made().toEpochMilli(),
                entry.deleted().toEpochMilli(),
                entry.deletedOpen() ? 1 : 0,
                entry.end().toEpochMilli()));
    }

    @Override
    public CompletableFuture<?> remove(ImageKey key) {
        return database.changeSyncedLater(
                session -> session.update("DELETE FROM receipt WHERE key = ?", Schema.bytes(key)));
    }

    private static Entry read(ResultSet row) throws SQLException {
        return new Entry(
                new Receipt(
                        Schema.key(row.getBytes("key")),
                        Receipt.State.valueOf(row.getString("state")),
                        row.getString("token"),
                        instant(row, "departed_at"),
                        instant(row, "until"),
                        row.getString("account"),
                        row.getString("template"),
                        row.getString("request"),
                        row.getString("ticket"),
                        row.getString("series"),
                        row.getInt("purchases"),
                        instant(row, "buy_from"),
                        row.getString("detail")),
                Optional.empty(),
                instant(row, "made_at"),
                instant(row, "deleted_at"),
                row.getBoolean("deleted_open"),
                instant(row, "ends_at"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }
}
