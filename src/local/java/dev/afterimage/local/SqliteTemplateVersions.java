package dev.afterimage.local;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The templates' versions as a table, which holds only those that were ever purged. A version is part of every key and so of
 * every hit; therefore all are kept in memory too, and read again once a second, by whoever asks first. When they cannot be read
 * any more those in memory go on, so that hits do too; before they were ever read nobody is told 0, which would bring purged
 * images back.
 */
public final class SqliteTemplateVersions implements TemplateVersions {

    private static final Duration READ_EVERY = Duration.ofSeconds(1);

    private final Access database;
    private final Clock clock;
    private final ConcurrentMap<String, Long> known = new ConcurrentHashMap<>();
    private final AtomicReference<Reading> latest = new AtomicReference<>(
            new Reading(Instant.MIN, CompletableFuture.failedFuture(new IllegalStateException("never read"))));
    private volatile boolean everRead;

    public SqliteTemplateVersions(Database database, Clock clock) {
        this.database = database.failingWith(CacheUnavailableException::new);
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Long> current(TemplateId template) {
        // A new future for each, so that no caller can complete or cancel what the others wait for.
        return reading().thenApply(read -> known.getOrDefault(template.value(), 0L));
    }

    @Override
    public long raise(TemplateId template) {
        long former = known.getOrDefault(template.value(), 0L);
        // The former is what stood in a directory that was removed since.
        long version = database.promise(session -> session.first(
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

    @SuppressWarnings("FutureReturnValueIgnored") // each end of a read completes what its askers wait for
    private CompletableFuture<Boolean> reading() {
        Instant now = clock.instant();
        Reading reading = latest.get();
        if (reading.isGoodAt(now)) {
            return reading.done();
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        if (!latest.compareAndSet(reading, new Reading(now, done))) {
            return reading();
        }
        read().whenComplete((read, failure) -> {
            if (failure == null || everRead) {
                done.complete(true);
            } else {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    private CompletableFuture<Boolean> read() {
        return database.lookUp(session -> {
                    Map<String, Long> versions = new HashMap<>();
                    session.list(
                            "SELECT name, version FROM template",
                            row -> versions.put(row.getString(1), row.getLong(2)));
                    return versions;
                })
                .thenApply(versions -> {
                    versions.forEach((name, version) -> known.merge(name, version, Math::max));
                    everRead = true;
                    return true;
                });
    }

    /** What was read, or is being read since {@code at}. */
    private record Reading(Instant at, CompletableFuture<Boolean> done) {

        /** Not after its time, and not before it either: a clock may be set back. */
        boolean isGoodAt(Instant now) {
            if (done.isCompletedExceptionally()) {
                return false;
            }
            Duration age = Duration.between(at, now);
            return !age.isNegative() && age.compareTo(READ_EVERY) < 0;
        }
    }
}
