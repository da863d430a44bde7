package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntry.Freshness;
import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import dev.afterimage.singleflight.SingleFlight;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The path of a request: key, index, store, single-flight, and for the leader the provider.
 *
 * <pre>
 * request ─ key ─ index ──hit──────────────────────────► Hit
 *                   │miss
 *                 store ──hit (index lost) ─ index ────► Hit
 *                   │miss
 *                 quota ─ single-flight ──follower ────► Collapsed
 *                           │leader
 *                         generator ─ store ─ index ───► Stored
 *
 * not before the deadline ─ backlog ───────────────────► Pending
 * past its freshness ─ a job that makes it anew ───────► Stale (stale-while-revalidate)
 * failed, but an old image is there ───────────────────► Stale (stale-if-error)
 * </pre>
 *
 * A hit is answered on the calling thread; everything after a miss may wait and runs on the executor's (virtual)
 * threads. While the store cannot be reached, or an image waits to be stored, nothing is generated, because there would
 * be no place to keep what was paid for.
 */
public final class ImagePipeline implements ImageService {

    private static final Logger LOG = Logger.getLogger(ImagePipeline.class);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    /** The longest wait that an answer names while another call for the same key is under way. */
    private static final Duration LONGEST_POLL = Duration.ofSeconds(5);
    /**
     * The least time for which a DELETE stays noted: a process that stood still during its call may bring the deleted
     * image as late as that.
     */
    private static final Duration LEAST_NOTED = Duration.ofHours(1);
    /** The pause before a request joins the next flight, after one that brought no image for it. */
    private static final Duration BETWEEN_FLIGHTS = Duration.ofMillis(50);

    /** A key has one flight in each lane: a person does not wait behind a bulk job that has not left yet. */
    private record FlightKey(ImageKey key, Lane lane) {}

    private final PipelineParts parts;
    private final Lookup lookup;
    private final PendingWrites writes;
    private final SingleFlight<FlightKey, LeaderFlight.Result> flights;
    private final QuotaEnforcer quota;
    private final RateLimitedLog notRefreshed;

    /** Whether a URL could once be signed; from then on signing does not wait for its key. */
    private volatile boolean canSign;

    public ImagePipeline(PipelineParts parts) {
        this.parts = parts;
        this.lookup = new Lookup(parts);
        this.writes = new PendingWrites(parts, lookup);
        this.flights = new SingleFlight<>(parts.virtualThreads(), parts.clock(), parts.pause());
        this.quota = new QuotaEnforcer(parts.quota());
        this.notRefreshed = new RateLimitedLog(LOG, "A refresh of a stale image cannot be queued", parts.clock());
    }

    @Override
    public CompletionStage<IndexLookup> indexLookup(ImageRequest request, boolean validate) {
        CompletionStage<IndexLookup> found = parts.versions()
                .current(request.template())
                .thenCompose(version -> {
                    ImageKey key = parts.keys().keyOf(request, version);
                    return lookup.inIndex(key, validate)
                            .thenApply(entry -> new IndexLookup(
                                    key, entry, entry.filter(this::isFresh).map(ImageOutcome.Hit::new)));
                });
        return canSign ? found : found.thenApplyAsync(this::signable, parts.virtualThreads());
    }

    /**
     * Makes sure that the signing key is there before a hit is handed to an event loop, which must not wait for it. Without a
     * key it is no hit: {@link #obtain} then says why.
     */
    private IndexLookup signable(IndexLookup found) {
        try {
            if (found.hit().isPresent()) {
                checkSigner();
            }
            return found;
        } catch (RuntimeException noKey) {
            return new IndexLookup(found.key(), found.entry(), Optional.empty());
        }
    }

    /** Blocks while the signing key is read for the first time. */
    private void checkSigner() {
        parts.checkSigner().run();
        canSign = true;
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup) {
        if (generationRequest.queued()) {
            // For a job only the store counts: see Lookup.newest.
            return async(() -> afterMiss(generationRequest, indexLookup.key(), Optional.empty()));
        }
        Optional<ImageOutcome.Hit> hit =
                indexLookup.hit().filter(fresh -> generationRequest.horizon().isMetBy(fresh.entry()));
        return hit.isPresent()
                ? CompletableFuture.completedFuture(hit.get())
                : async(() -> {
                    checkSigner();
                    return afterMiss(generationRequest, indexLookup.key(), indexLookup.entry());
                });
    }

    private ImageOutcome afterMiss(GenerationRequest generationRequest, ImageKey key, Optional<IndexEntry> indexed) {
        Optional<IndexEntry> old = indexed.filter(this::isServable);
        try {
            Optional<IndexEntry> known = lookup.inStore(key, indexed);
            if (known.filter(this::isFresh)
                    .filter(generationRequest.horizon()::isMetBy)
                    .isPresent()) {
                return new ImageOutcome.Hit(known.get());
            }
            old = known.filter(this::isServable);
            if (!generationRequest.queued() && old.filter(this::isRevalidated).isPresent()) {
                IndexEntry seen = old.get();
                parts.virtualThreads().execute(() -> revalidate(seen, generationRequest.request()));
                return stale(seen);
            }
            return missing(generationRequest, key, old);
        } catch (RejectedException | DeletedMeanwhileException permanent) {
            // No old image in place of these: a rejection must reach whoever can mend the request, and a DELETE has
            // taken the old image, too.
            throw permanent;
        } catch (RuntimeException failure) {
            if (generationRequest.queued()) {
                // The failure decides what becomes of a job, whether or not an old image exists.
                throw failure;
            }
            return old.<ImageOutcome>map(this::stale).orElseThrow(() -> failure);
        }
    }

    /**
     * Another call for this key is under way, in this process or another: a job goes back to the queue, a person gets
     * an old image or 202.
     */
    private ImageOutcome underWay(
            GenerationRequest generationRequest,
            ImageKey key,
            ReceiptStandsException standing,
            Optional<IndexEntry> old) {
        Duration wait = standing.refused().retryAfter();
        Duration soon = wait.compareTo(LONGEST_POLL) < 0 ? wait : LONGEST_POLL;
        return generationRequest.queued()
                ? pending(key, soon)
                : staleOrQueued(generationRequest, key, ThrottledException.byLimiter(soon), old);
    }

    private boolean isRevalidated(IndexEntry entry) {
        return parts.freshness().isRevalidated(entry, now());
    }

    /** Queues a job that makes a stale image anew (stale-while-revalidate), unless a receipt forbids buying it now. */
    private void revalidate(IndexEntry seen, ImageRequest request) {
        try {
            Purchase purchase = Purchase.of(
                            seen.key(), request, parts.freshness().ttlOf(request.template()))
                    .havingSeen(seen.createdAt());
            if (parts.receipts().refusal(purchase).isEmpty()) {
                parts.backlog().refresh(seen.key(), request);
            }
        } catch (RuntimeException notNow) {
            notRefreshed.say(notNow);
        }
    }

    private ImageOutcome missing(GenerationRequest generationRequest, ImageKey key, Optional<IndexEntry> old) {
        return quota.charge(generationRequest, () -> {
            if (generationRequest.deadline().hasPassed(parts.clock())) {
                if (generationRequest.queued()) {
                    return pending(key, ASK_AGAIN);
                }
                return queue(generationRequest, key, ThrottledException.byLimiter(Duration.ZERO));
            }
            return joinOrQueue(generationRequest, key, old);
        });
    }

    /**
     * Joins the key's flight. A failure that only means "not now" is answered with an old image, or else with 202,
     * which counts on the caller's quota; a job goes back to the queue.
     */
    private ImageOutcome joinOrQueue(GenerationRequest generationRequest, ImageKey key, Optional<IndexEntry> old) {
        try {
            return join(generationRequest, key, old);
        } catch (FleetUnavailableException gone) {
            // Nothing is bought while the fleet's memory is out of reach; the queue remembers what was asked for.
            return staleOrQueued(generationRequest, key, ThrottledException.byLimiter(ASK_AGAIN), old);
        } catch (JobUnfinishedException unfinished) {
            if (generationRequest.queued()) {
                throw unfinished;
            }
            return staleOrQueued(generationRequest, key, ThrottledException.byLimiter(unfinished.askAgain()), old);
        } catch (ReceiptStandsException standing) {
            return underWay(generationRequest, key, standing, old);
        }
    }

    private ImageOutcome join(GenerationRequest generationRequest, ImageKey key, Optional<IndexEntry> old) {
        FlightKey flightKey = new FlightKey(key, generationRequest.lane());
        while (true) {
            LeaderFlight leader =
                    new LeaderFlight(parts, lookup, writes, key, generationRequest, flightDeadline(generationRequest));
            Optional<Permit.Denied> refusal = flights.isFlying(flightKey) || !generationRequest.needsPermit()
                    ? Optional.empty()
                    : leader.refusal();
            if (refusal.isPresent()) {
                return staleOrQueued(generationRequest, key, ThrottledException.byLimiter(refusal.get()), old);
            }
            SingleFlight<FlightKey, LeaderFlight.Result>.Flight flight = flights.join(flightKey, leader::fly);
            boolean mayWait = generationRequest.queued() || flight.tryToWait(parts.mostFollowers());
            if (!mayWait) {
                return staleOrQueued(generationRequest, key, ThrottledException.byLimiter(ASK_AGAIN), old);
            }
            try {
                Optional<LeaderFlight.Result> result = Callables.call(() -> flight.await(generationRequest.deadline()));
                if (result.isEmpty()) {
                    return staleOrQueued(generationRequest, key, ThrottledException.byLimiter(ASK_AGAIN), old);
                }
                if (isEnough(result.get(), flight.led(), generationRequest)) {
                    return outcomeOf(result.get(), flight.led());
                }
                awaitNextFlight();
            } catch (ThrottledException throttled) {
                Duration wait = throttled.retryAfter().orElse(ASK_AGAIN);
                boolean onlyLeaderGaveUp =
                        !flight.led() && !generationRequest.deadline().forbids(wait, parts.clock());
                if (!onlyLeaderGaveUp) {
                    return staleOrQueued(generationRequest, key, throttled, old);
                }
                awaitNextFlight();
            } catch (OutOfCreditsException spent) {
                boolean onlyLeadersBudgetIsSpent = !flight.led() && spent.isOfTenant();
                if (!onlyLeadersBudgetIsSpent) {
                    throw spent;
                }
                awaitNextFlight();
            }
        }
    }

    private void awaitNextFlight() {
        Callables.call(() -> {
            parts.pause().await(BETWEEN_FLIGHTS);
            return BETWEEN_FLIGHTS;
        });
    }

    /**
     * Whether the result is good enough for this request. A flight that another caller leads may end with an image that
     * is fresh, but not for as long as this request's horizon asks.
     */
    private static boolean isEnough(LeaderFlight.Result result, boolean led, GenerationRequest generationRequest) {
        return led || result.generated() || generationRequest.horizon().isMetBy(result.entry());
    }

    private static ImageOutcome outcomeOf(LeaderFlight.Result result, boolean led) {
        return led && result.generated()
                ? new ImageOutcome.Stored(result.entry())
                : new ImageOutcome.Collapsed(result.entry());
    }

    /**
     * The answer when the image takes longer than the caller waits: an old image, or else 202 and a job on the queue.
     */
    private ImageOutcome staleOrQueued(
            GenerationRequest generationRequest, ImageKey key, ThrottledException why, Optional<IndexEntry> old) {
        if (generationRequest.queued()) {
            throw why;
        }
        return old.<ImageOutcome>map(this::stale).orElseGet(() -> queue(generationRequest, key, why));
    }

    /** Puts the request on the queue. Its job starts as soon as a call may leave; the answer says when to ask again. */
    private ImageOutcome queue(GenerationRequest generationRequest, ImageKey key, ThrottledException why) {
        parts.backlog()
                .accept(
                        key,
                        generationRequest.request(),
                        generationRequest.caller().afterCharge(),
                        why.startsIn().orElse(ASK_AGAIN));
        return pending(key, why.retryAfter().orElse(ASK_AGAIN));
    }

    private static ImageOutcome pending(ImageKey key, Duration wait) {
        return new ImageOutcome.Pending(key, wait.compareTo(ASK_AGAIN) < 0 ? ASK_AGAIN : wait);
    }

    /**
     * Until when a flight may wait for its permit and answer. A bulk job's deadline is its worker's. What a person
     * asked for goes on after that person has left, until the {@linkplain PipelineParts#patience patience} ends. An
     * interactive job may take the longest call on top of its worker's deadline, or a provider that is slower than that
     * deadline would never be asked again.
     */
    private Deadline flightDeadline(GenerationRequest generationRequest) {
        Deadline own = generationRequest.deadline();
        if (generationRequest.queued()) {
            return generationRequest.lane() == Lane.BULK
                    ? own
                    : own.laterBy(parts.settler().longestCall());
        }
        Deadline patient = Deadline.in(parts.patience(), parts.clock());
        return patient.at().isBefore(own.at()) ? own : patient;
    }

    @Override
    public CompletionStage<Optional<ImageOutcome>> lookup(ImageKey key, boolean validate) {
        return lookup.inIndex(key, validate)
                .thenCompose(indexed -> canSign && indexed.filter(this::isFresh).isPresent()
                        ? CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(indexed.get())))
                        : async(() -> lookedUp(key, indexed)));
    }

    private Optional<ImageOutcome> lookedUp(ImageKey key, Optional<IndexEntry> indexed) {
        if (indexed.filter(this::isFresh).isEmpty()) {
            return lookupInStore(key, indexed);
        }
        checkSigner();
        return Optional.of(new ImageOutcome.Hit(indexed.get()));
    }

    private Optional<ImageOutcome> lookupInStore(ImageKey key, Optional<IndexEntry> indexed) {
        Optional<IndexEntry> known;
        try {
            known = lookup.inStore(key, indexed);
        } catch (StoreUnavailableException gone) {
            return Optional.of(indexed.filter(this::isServable).map(this::stale).orElseThrow(() -> gone));
        }
        if (known.filter(this::isFresh).isPresent()) {
            return Optional.of(new ImageOutcome.Hit(known.get()));
        }
        Optional<ImageOutcome> old = known.filter(this::isServable).map(this::stale);
        if (known.filter(this::isRevalidated).isPresent()) {
            // A request for it would get the old image at once (stale-while-revalidate), so a lookup does, too, even
            // while a new one is being made.
            return old;
        }
        try {
            if (parts.backlog().contains(key) || parts.leases().isHeld(key, Lane.BULK) || isUnderWay(key)) {
                return Optional.of(pending(key, ASK_AGAIN));
            }
        } catch (FleetUnavailableException gone) {
            // Some process may be making the image.
            return old.or(() -> Optional.of(pending(key, ASK_AGAIN)));
        }
        return old;
    }

    private boolean isUnderWay(ImageKey key) {
        return parts.receipts()
                .find(key)
                .filter(receipt -> receipt.state() == Receipt.State.OPEN && now().isBefore(receipt.until()))
                .isPresent();
    }

    @Override
    public CompletionStage<Void> forget(ImageKey key) {
        // First the receipt, so that a call under way does not bring the image back, then the index: where one of these
        // cannot be reached, the image has not been deleted by half. The index again after the store, because a lookup
        // in between may have entered the image again from the store.
        return async(() -> noteDeleted(key))
                .thenCompose(parts.index()::remove)
                .thenCompose(unlisted -> async(() -> delete(key)))
                .thenCompose(parts.index()::remove);
    }

    private ImageKey noteDeleted(ImageKey key) {
        Duration ttl = parts.freshness().longestTtl();
        parts.receipts().noteDeleted(key, ttl.compareTo(LEAST_NOTED) > 0 ? ttl : LEAST_NOTED);
        flights.forget(new FlightKey(key, Lane.INTERACTIVE));
        flights.forget(new FlightKey(key, Lane.BULK));
        return key;
    }

    private ImageKey delete(ImageKey key) {
        writes.forget(key);
        parts.store().delete(key);
        return key;
    }

    @Override
    public CompletionStage<Long> purge(TemplateId template) {
        return async(() -> parts.versions().raise(template));
    }

    private <T> CompletionStage<T> async(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, parts.virtualThreads());
    }

    private ImageOutcome stale(IndexEntry entry) {
        return new ImageOutcome.Stale(entry, entry.staleFor(now()));
    }

    private boolean isFresh(IndexEntry entry) {
        return entry.isFresh(now());
    }

    private boolean isServable(IndexEntry entry) {
        return entry.freshness(now()) != Freshness.EXPIRED;
    }

    private Instant now() {
        return parts.clock().instant();
    }
}
