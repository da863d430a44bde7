package dev.afterimage.testing;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Caller;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A ledger in memory that keeps the contract. */
public final class MemoryBatchLedger implements BatchLedger {

    private final Clock clock;
    private final Map<String, String> requests = new HashMap<>();
    private final Map<String, Entry> batches = new HashMap<>();
    private boolean lost;

    public MemoryBatchLedger(Clock clock) {
        this.clock = clock;
    }

    /** Whether every operation fails. */
    public synchronized void lose(boolean isLost) {
        lost = isLost;
    }

    private void failIfLost() {
        if (lost) {
            throw new QueueUnavailableException("lost", new IllegalStateException());
        }
    }

    private static final class Entry {
        final TreeMap<Integer, RowResult> rows = new TreeMap<>();
        final Caller owner;
        final Instant startedAt;
        Instant lastActivity;
        int total;
        Optional<String> hash = Optional.empty();
        Optional<Instant> cancelledAt = Optional.empty();
        Optional<URI> callback = Optional.empty();
        boolean replaced;

        Entry(Caller owner, Instant startedAt) {
            this.owner = owner;
            this.startedAt = startedAt;
            this.lastActivity = startedAt;
        }

        int count(RowResult.Outcome outcome) {
            return (int) rows.values().stream()
                    .filter(row -> row.outcome() == outcome)
                    .count();
        }
    }

    @Override
    public synchronized String claimIdempotencyKey(
            String request, Optional<String> dead, String batch, Caller owner, Instant startedAt) {
        String standing = requests.merge(
                request,
                batch,
                (now, then) -> dead.isPresent() && now.equals(dead.get()) && !isSealed(now) ? then : now);
        if (standing.equals(batch)) {
            dead.flatMap(this::entry).ifPresent(entry -> entry.replaced = true);
            dead.ifPresent(this::cancel);
            open(batch, owner, startedAt);
        }
        return standing;
    }

    private boolean isSealed(String batch) {
        return entry(batch).flatMap(entry -> entry.hash).isPresent();
    }

    @Override
    public synchronized void open(String batch, Caller owner, Instant startedAt) {
        batches.put(batch, new Entry(owner, startedAt));
    }

    @Override
    public synchronized void progress(String batch, int rows) {
        entry(batch).ifPresent(entry -> {
            entry.total = rows;
            entry.lastActivity = clock.instant();
        });
    }

    @Override
    public synchronized boolean seal(String batch, int total, String payloadHash) {
        Optional<Entry> open = entry(batch).filter(entry -> !entry.replaced);
        open.ifPresent(entry -> {
            progress(batch, total);
            entry.hash = Optional.of(payloadHash);
        });
        return open.isPresent();
    }

    @Override
    public synchronized boolean record(String batch, List<RowResult> results) {
        failIfLost();
        entry(batch).ifPresent(entry -> {
            for (RowResult result : results) {
                RowResult former = entry.rows.get(result.line());
                if (former == null
                        || (former.outcome() == RowResult.Outcome.FAILED
                                && result.outcome() != RowResult.Outcome.FAILED)) {
                    entry.rows.put(result.line(), result);
                    if (entry.hash.isPresent()) {
                        entry.lastActivity = clock.instant();
                    }
                }
            }
        });
        return entry(batch).map(entry -> entry.callback.isPresent()).orElse(false);
    }

    @Override
    public synchronized void callback(String batch, URI url) {
        entry(batch).ifPresent(entry -> entry.callback = Optional.of(url));
    }

    @Override
    public synchronized Optional<URI> dueCallback(String batch) {
        return find(batch)
                .filter(found -> found.received() && found.ended())
                .flatMap(found -> entry(batch))
                .flatMap(entry -> entry.callback);
    }

    @Override
    public synchronized void callbackQueued(String batch) {
        entry(batch).ifPresent(entry -> entry.callback = Optional.empty());
    }

    @Override
    public synchronized void cancel(String batch) {
        if (find(batch).map(found -> !found.ended()).orElse(false)) {
            entry(batch).ifPresent(entry -> entry.cancelledAt = Optional.of(clock.instant()));
        }
    }

    @Override
    public synchronized boolean isCancelled(String batch) {
        failIfLost();
        return entry(batch).map(entry -> entry.cancelledAt.isPresent()).orElse(false);
    }

    @Override
    public synchronized Optional<Batch> find(String batch) {
        return entry(batch)
                .map(entry -> new Batch(
                        batch,
                        entry.owner,
                        entry.hash.isPresent(),
                        entry.total,
                        new Batch.Counts(
                                entry.count(RowResult.Outcome.HIT),
                                entry.count(RowResult.Outcome.GENERATED),
                                entry.count(RowResult.Outcome.FAILED)),
                        entry.rows.values().stream()
                                .filter(row -> row.outcome() == RowResult.Outcome.FAILED)
                                .limit(MOST_FAILURES)
                                .map(row -> new Batch.Failure(row.line(), row.reason()))
                                .toList(),
                        entry.startedAt,
                        entry.lastActivity,
                        entry.hash,
                        entry.cancelledAt));
    }

    @Override
    public synchronized List<RowResult> results(String batch, int after, int max) {
        return entry(batch)
                .map(entry -> entry.rows.tailMap(after, false).values().stream()
                        .limit(max)
                        .map(row -> new RowResult(row.line(), row.outcome(), "", row.key()))
                        .toList())
                .orElse(List.of());
    }

    private Optional<Entry> entry(String batch) {
        return Optional.ofNullable(batches.get(batch))
                .filter(entry -> clock.instant().isBefore(entry.startedAt.plus(RETENTION)));
    }

    @Override
    public synchronized void sweep() {
        batches.keySet().removeIf(batch -> entry(batch).isEmpty());
    }
}
