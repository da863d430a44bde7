package dev.afterimage.local;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The index in SQLite. Entries are not synced: one that a power cut loses is mended from the store, which keeps the same
 * entry with the image.
 */
public final class SqliteIndex implements ImageIndex {

    private final Access database;

    public SqliteIndex(Database database) {
        this.database = database.failingWith(CacheUnavailableException::new);
    }

    @Override
    public CompletableFuture<Optional<IndexEntry>> find(ImageKey key) {
        return database.lookUp(session -> find(session, key));
    }

    @Override
    public CompletableFuture<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        List<ImageKey> wanted = List.copyOf(keys);
        return database.readLater(session -> {
            Map<ImageKey, IndexEntry> found = new HashMap<>();
            for (ImageKey key : wanted) {
                find(session, key).ifPresent(entry -> found.put(key, entry));
            }
            return found;
        });
    }

    private static Optional<IndexEntry> find(Session session, ImageKey key) throws SQLException {
        return session.first(
                "SELECT format, bytes, created_at, fresh_until, stale_until FROM image WHERE key = ?",
                row -> new IndexEntry(
                        key,
                        ImageFormat.named(row.getString(1)),
                        row.getLong(2),
                        Instant.ofEpochMilli(row.getLong(3)),
                        Instant.ofEpochMilli(row.getLong(4)),
                        Instant.ofEpochMilli(row.getLong(5))),
                Schema.bytes(key));
    }

    @Override
    public CompletableFuture<Void> put(IndexEntry entry) {
        return database.changeLater(session -> session.update(
                        "REPLACE INTO image (key, format, bytes, created_at, fresh_until, stale_until)"
                                + " VALUES (?, ?, ?, ?, ?, ?)",
                        Schema.bytes(entry.key()),
                        entry.format().word(),
                        entry.bytes(),
                        entry.createdAt().toEpochMilli(),
                        entry.freshUntil().toEpochMilli(),
                        entry.staleUntil().toEpochMilli()))
                .thenAccept(changed -> {});
    }

    @Override
    public CompletableFuture<Void> remove(ImageKey key) {
        return database.changeLater(
                        session -> session.update("DELETE FROM image WHERE key = ?", (Object) Schema.bytes(key)))
                .thenAccept(changed -> {});
    }
}
