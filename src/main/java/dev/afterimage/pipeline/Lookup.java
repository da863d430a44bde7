package dev.afterimage.pipeline;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.Callables;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.FleetUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Looks images up: in the index, and where that has nothing fresh, in the store, whose entry it then puts into the
 * index. An index that cannot be reached counts as a miss. A fresh image that is still in the store although its key
 * was deleted is removed.
 */
final class Lookup {

    private static final Logger LOG = Logger.getLogger(Lookup.class);

    /**
     * The longest time from asking the store to entering its answer in the index, unless the process stood still or a
     * server is slow.
     */
    private static final Duration PROMPT = Duration.ofSeconds(1);

    /**
     * How long the store's word that it has an image is enough for a request that asks to validate: some clients ask that
     * every time, such as scripts that fetch with {@code cache: 'no-store'}.
     */
    private static final Duration VALID_FOR = Duration.ofSeconds(5);

    /**
     * How often the store is asked for an image that is hit. A bucket can lose one that nobody deleted here, to a lifecycle
     * rule or by hand.
     */
    private static final Duration CHECKED_EVERY = Duration.ofHours(1);

    /** How long a request that asks to validate waits for the store at most. Then the index is believed. */
    private static final Duration LONGEST_VALIDATION = Duration.ofSeconds(1);

    /** For so long nothing is checked after the store could not be reached. */
    private static final Duration REST = Duration.ofSeconds(1);

    /**
     * The most checks that run at once, those in the background included. Where there is no room for another, a request
     * that asks to validate trusts the index.
     */
    private static final int CHECKS_AT_ONCE = 256;

    /** While so many checks run, a hit begins no other in the background; a later hit of the same key may. */
    private static final int BACKGROUND_CHECKS_AT_ONCE = 4;

    /** How many keys are remembered as checked, some 150 bytes each. One that is forgotten is checked again sooner. */
    private static final long MOST_CHECKED = 50_000;

    private final PipelineParts parts;
    /** When the store last had the image of a key. */
    private final Cache<ImageKey, Instant> seenInStore;
    /** The checks under way, each with the entry of the image that the store has, if any. */
    private final Map<ImageKey, CompletableFuture<Optional<IndexEntry>>> checks = new ConcurrentHashMap<>();
    /** Until when nothing is checked, because the store could not be reached. */
    private volatile Instant nextCheck = Instant.MIN;

    private final RateLimitedLog unread;
    private final RateLimitedLog unwritten;

    Lookup(PipelineParts parts) {
        this.parts = parts;
        this.seenInStore = Caffeine.newBuilder()
                .maximumSize(MOST_CHECKED)
                .expireAfterWrite(CHECKED_EVERY)
                .ticker(() -> parts.clock().millis() * 1_000_000)
                .executor(Runnable::run)
                .build();
        this.unread = new RateLimitedLog(LOG, "The index cannot be reached, which counts as a miss", parts.clock());
        this.unwritten =
                new RateLimitedLog(LOG, "An entry of the index cannot be written, checked or removed", parts.clock());
    }

    /**
     * What the index knows, whatever its freshness. Does not block and does not fail. Where the index itself does not look
     * for the image, the store is asked in the background, at most once in {@link #CHECKED_EVERY} for each key.
     *
     * @param validate whether the store is asked before the answer, as far as it can be; an image that it does not have is
     *     not known then
     */
    CompletionStage<Optional<IndexEntry>> inIndex(ImageKey key, boolean validate) {
        CompletionStage<Optional<IndexEntry>> indexed = parts.index().find(key).exceptionally(failure -> {
            unread.say(failure);
            return Optional.empty();
        });
        if (validate) {
            return indexed.thenCompose(
                    known -> known.map(this::validated).orElseGet(() -> CompletableFuture.completedFuture(known)));
        }
        return parts.checksHits()
                ? indexed.thenApply(known -> {
                    known.ifPresent(this::checkInBackground);
                    return known;
                })
                : indexed;
    }

    private CompletionStage<Optional<IndexEntry>> validated(IndexEntry entry) {
        Optional<IndexEntry> believed = Optional.of(entry);
        Instant seen = seenInStore.getIfPresent(entry.key());
        if (seen != null && parts.clock().instant().isBefore(seen.plus(VALID_FOR))) {
            return CompletableFuture.completedFuture(believed);
        }
        return startedCheck(entry, CHECKS_AT_ONCE)
                .map(check -> parts.pause()
                        .orTimeout(check.copy(), LONGEST_VALIDATION)
                        .exceptionallyAsync(notNow -> believed, parts.virtualThreads()))
                .orElseGet(() -> CompletableFuture.completedFuture(believed));
    }

    private void checkInBackground(IndexEntry entry) {
        if (seenInStore.getIfPresent(entry.key()) == null) {
            startedCheck(entry, BACKGROUND_CHECKS_AT_ONCE);
        }
    }

    /**
     * The check of an entry: one that is under way, or a new one. Does not wait.
     *
     * @return empty when {@code atOnce} checks run already, when the store could not be reached a moment ago, or while
     *     the process shuts down
     */
    private Optional<CompletableFuture<Optional<IndexEntry>>> startedCheck(IndexEntry entry, int atOnce) {
        CompletableFuture<Optional<IndexEntry>> underWay = checks.get(entry.key());
        if (underWay != null) {
            return Optional.of(underWay);
        }
        if (checks.size() >= atOnce || parts.clock().instant().isBefore(nextCheck)) {
            return Optional.empty();
        }
        CompletableFuture<Optional<IndexEntry>> check = new CompletableFuture<>();
        underWay = checks.putIfAbsent(entry.key(), check);
        if (underWay != null) {
            return Optional.of(underWay);
        }
        try {
            parts.virtualThreads().execute(() -> run(check, entry));
            return Optional.of(check);
        } catch (RejectedExecutionException shuttingDown) {
            checks.remove(entry.key());
            return Optional.empty();
        }
    }

    private void run(CompletableFuture<Optional<IndexEntry>> check, IndexEntry entry) {
        try {
            check.complete(check(entry));
        } catch (RuntimeException notNow) {
            nextCheck = parts.clock().instant().plus(REST);
            check.completeExceptionally(notNow);
        } finally {
            checks.remove(entry.key());
        }
    }

    /**
     * What the store knows, given what the index knew. Blocks.
     *
     * @throws dev.afterimage.store.ImageStore.StoreUnavailableException when the store cannot be reached
     */
    Optional<IndexEntry> inStore(ImageKey key, Optional<IndexEntry> indexed) {
        Instant asked = parts.clock().instant();
        Optional<IndexEntry> stored = parts.store().find(key);
        Optional<IndexEntry> fresh = stored.filter(this::isFresh);
        if (fresh.filter(this::isDeleted).isPresent()) {
            parts.store().delete(fresh.get());
            return Optional.empty();
        }
        fresh.ifPresent(entry -> reindex(entry, asked));
        return stored.or(() -> indexed);
    }

    /**
     * Whether the key of a stored image was deleted. False while the receipts cannot be reached, so that images are still
     * served.
     */
    private boolean isDeleted(IndexEntry entry) {
        try {
            return parts.receipts().isDeleted(entry.key());
        } catch (FleetUnavailableException gone) {
            return false;
        }
    }

    /**
     * The newest image of this key, whatever its freshness; from the index where that has a fresh one. For a job of the
     * queue, from the store only: the index of this process may still have an image some seconds after its DELETE, and a job
     * that was queued after the DELETE must make a new one. Blocks.
     */
    Optional<IndexEntry> newest(ImageKey key, GenerationRequest request) {
        Optional<IndexEntry> indexed = request.queued() ? Optional.empty() : Callables.await(inIndex(key, false));
        return indexed.filter(entry -> isGoodEnough(entry, request.horizon())).isPresent()
                ? indexed
                : inStore(key, indexed);
    }

    /** Whether the image is fresh and meets the horizon. */
    boolean isGoodEnough(IndexEntry entry, Horizon horizon) {
        return isFresh(entry) && horizon.isMetBy(entry);
    }

    /** An image that is good enough, from index or store. Blocks. */
    Optional<IndexEntry> fresh(ImageKey key, GenerationRequest request) {
        return newest(key, request).filter(entry -> isGoodEnough(entry, request.horizon()));
    }

    /** Takes an image out of the index. Does not wait. */
    void forget(ImageKey key) {
        seenInStore.invalidate(key);
        parts.index().remove(key).exceptionally(failure -> {
            unwritten.say(failure);
            return null;
        });
    }

    /**
     * Enters an image that was found in the store into the index, and checks it afterwards, because a DELETE or a newer
     * image may have come in between. When more than {@link #PROMPT} has passed since the store was asked, the image is
     * not entered; the next lookup asks the store again. Does not wait.
     *
     * @param asked when the store was asked
     */
    private void reindex(IndexEntry entry, Instant asked) {
        if (isPrompt(asked)) {
            enter(entry, () -> true);
        }
    }

    /**
     * Enters an image that was stored just now into the index. When more than {@link #PROMPT} has passed since
     * {@code since}, the process may have stood still, and what the store has now is entered instead. Does not wait.
     *
     * @param since the last moment at which the key was known not to be deleted
     */
    void remember(IndexEntry entry, Instant since) {
        if (isPrompt(since)) {
            enter(entry, () -> !isPrompt(since));
            return;
        }
        parts.drain().entered();
        var unused = CompletableFuture.<Void>completedFuture(null)
                .thenRunAsync(() -> inStore(entry.key(), Optional.empty()), parts.virtualThreads())
                .whenComplete((done, failure) -> {
                    parts.drain().left();
                    if (failure != null) {
                        unwritten.say(failure);
                    }
                });
    }

    /**
     * Enters an image into the index. The {@link Drain} counts that as under way. A failure is only logged: the store knows
     * the image, and is asked next time.
     */
    private void enter(IndexEntry entry, BooleanSupplier isToBeChecked) {
        seenInStore.put(entry.key(), parts.clock().instant());
        parts.drain().entered();
        parts.index()
                .put(entry)
                .thenCompose(entered -> isToBeChecked.getAsBoolean()
                        ? CompletableFuture.runAsync(() -> check(entry), parts.virtualThreads())
                        : CompletableFuture.completedFuture(null))
                .whenComplete((done, failure) -> {
                    parts.drain().left();
                    if (failure != null) {
                        unwritten.say(failure);
                    }
                });
    }

    /**
     * Compares an entry of the index with the store and the receipt, and mends the index where they differ. Blocks.
     *
     * @return the entry of the image that is there
     */
    private Optional<IndexEntry> check(IndexEntry entry) {
        Instant asked = parts.clock().instant();
        Optional<IndexEntry> standing = parts.store().find(entry.key()).filter(stored -> !isDeleted(stored));
        if (standing.isEmpty()) {
            LOG.infof("The image of %s is deleted or gone from the store", entry.key());
            forget(entry.key());
        } else if (standing.get().createdAt().equals(entry.createdAt())) {
            seenInStore.put(entry.key(), asked);
            return Optional.of(entry);
        } else {
            // The old entry is replaced and not removed, because the index may have the newer image's entry already.
            // Checked again, because a DELETE may come in between.
            enter(standing.get(), () -> true);
        }
        return standing;
    }

    private boolean isPrompt(Instant since) {
        return !parts.clock().instant().isAfter(since.plus(PROMPT));
    }

    private boolean isFresh(IndexEntry entry) {
        return entry.isFresh(parts.clock().instant());
    }
}
