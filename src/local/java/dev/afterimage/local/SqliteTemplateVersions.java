package dev.afterimage.local;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The template versions in SQLite; only templates that were ever purged have a row. A version is part of every key and
 * needed for every hit. So all of them are also kept in memory, and read again at most once a second, when one is asked
 * for. When they cannot be read any more, those in memory stay in use, and so hits go on. Before the first read a version
 * is an error and not 0, which would bring purged images back.
 */
public final class SqliteTemplateVersions implements TemplateVersions {

    private static final Duration READ_EVERY = Duration.ofSeconds(1);
    private static final String TABLE = "template";

    private final Access database;
    private final ConcurrentMap<String, Long> known = new ConcurrentHashMap<>();

    /** The last read of the table. Its result is the read's failure if no read has ever succeeded, and else empty. */
    private final AsyncCache<String, Optional<Throwable>> reading;

    private volatile boolean everRead;

    /**
     * Versions in a database.
     *
     * @param ticker a monotonic clock, such as {@link Ticker#systemTicker}
     */
    public SqliteTemplateVersions(Database database, Ticker ticker) {
        this.database = database.failingWith(CacheUnavailableException::new);
        this.reading = Caffeine.newBuilder()
                .expireAfter(Expiry.<String, Optional<Throwable>>writing(
                        (table, failure) -> failure.isPresent() ? Duration.ZERO : READ_EVERY))
                .ticker(ticker)
                .executor(Runnable::run)
                .buildAsync();
    }

    @Override
    public CompletableFuture<Long> current(TemplateId template) {
        // A new future for each caller, so that none can complete or cancel what the others wait for.
        return reading.get(TABLE, (table, executor) -> read())
                .thenCompose(failure -> failure.isEmpty()
                        ? CompletableFuture.completedFuture(known.getOrDefault(template.value(), 0L))
                        : CompletableFuture.failedFuture(failure.get()));
    }

    @Override
    public long raise(TemplateId template) {
        long former = known.getOrDefault(template.value(), 0L);
        // Above the former version, too: the table may be new because somebody removed the directory.
        long version = database.changeSynced(session -> session.first(
                        "INSERT INTO template (name, version) VALUES (?, ? + 1) ON CONFLICT (name) DO UPDATE"
                                + " SET version = max(version + 1, excluded.version) RETURNING version",
                        row -> row.getLong(1),
                        template.value(),
                        former)
                .orElseThrow());
        known.merge(template.value(), version, Math::max);
        return version;
    }

    @Override
    public Duration visibleWithin() {
        return READ_EVERY;
    }

    private CompletableFuture<Optional<Throwable>> read() {
        return database.<Map<String, Long>>lookUp(session -> {
                    Map<String, Long> versions = new HashMap<>();
                    session.list(
                            "SELECT name, version FROM template",
                            row -> versions.put(row.getString(1), row.getLong(2)));
                    return versions;
                })
                .handle((versions, failure) -> {
                    if (failure == null) {
                        versions.forEach((name, version) -> known.merge(name, version, Math::max));
                        everRead = true;
                    }
                    return everRead ? Optional.<Throwable>empty() : Optional.of(failure);
                });
    }
}
