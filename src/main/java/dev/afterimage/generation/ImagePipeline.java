package dev.afterimage.generation;

import dev.afterimage.cache.Freshness;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.TemplateId;
import dev.afterimage.singleflight.Flight;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.SingleFlight;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The way of a request, in order: key, index, store, single-flight, and for the leader the provider.
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
 * failed, but an old picture is there ─────────────────► Stale
 * </pre>
 *
 * A hit is answered on the calling thread; everything after a miss may wait and runs on the executor's (virtual) threads.
 * While the store cannot be asked, or has not taken the last picture, nothing is generated: there would be no place to put what
 * was paid for.
 */
public final class ImagePipeline implements ImageService {

    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private final KeyScheme keys;
    private final TemplateVersions versions;
    private final ImageIndex index;
    private final ImageStore store;
    private final Lookup lookup;
    private final Depot depot;
    private final SingleFlight<Landing> flights;
    private final FlightLeases leases;
    private final LeaderFlight leader;
    private final QuotaDesk quota;
    private final FailureMemory failures;
    private final Backlog backlog;
    private final Duration patience;
    private final Clock clock;
    private final Executor virtualThreads;

    public ImagePipeline(PipelineParts parts) {
        this.keys = parts.keys();
        this.versions = parts.versions();
        this.index = parts.index();
        this.store = parts.store();
        this.lookup = new Lookup(parts.index(), parts.store(), parts.clock());
        this.depot = new Depot(parts.store(), lookup);
        this.flights = new SingleFlight<>(parts.virtualThreads(), parts.clock(), parts.pause());
        this.leases = parts.leases();
        this.leader = new LeaderFlight(parts, lookup, depot);
        this.quota = new QuotaDesk(parts.quota());
        this.failures = parts.failures();
        this.backlog = parts.backlog();
        this.patience = parts.patience();
        this.clock = parts.clock();
        this.virtualThreads = parts.virtualThreads();
    }

    @Override
    public CompletionStage<Glance> glance(ImageRequest request) {
        return versions.current(request.template()).thenCompose(version -> {
            ImageKey key = keys.keyOf(request, version);
            return lookup.inIndex(key)
                    .thenApply(entry ->
                            new Glance(key, entry, entry.filter(this::isFresh).map(ImageOutcome.Hit::new)));
        });
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(Inquiry inquiry, Glance glance) {
        Optional<ImageOutcome.Hit> hit =
                glance.hit().filter(fresh -> inquiry.horizon().isMetBy(fresh.entry()));
        return hit.isPresent()
                ? CompletableFuture.completedFuture(hit.get())
                : later(() -> afterMiss(inquiry, glance.key(), glance.entry()));
    }

    private ImageOutcome afterMiss(Inquiry inquiry, ImageKey key, Optional<IndexEntry> indexed) {
        Optional<IndexEntry> old = indexed.filter(this::isServable);
        try {
            Optional<IndexEntry> known = lookup.inStore(key, indexed);
            if (known.filter(this::isFresh).filter(inquiry.horizon()::isMetBy).isPresent()) {
                return new ImageOutcome.Hit(known.get());
            }
            old = known.filter(this::isServable);
            return missing(inquiry, key, old);
        } catch (RejectedException rejected) {
            throw rejected;
        } catch (RuntimeException failure) {
            if (inquiry.queued()) {
                // What becomes of a job is decided by the failure, whether or not an old image exists.
                throw failure;
            }
            return old.<ImageOutcome>map(this::stale).orElseThrow(() -> failure);
        }
    }

    private ImageOutcome missing(Inquiry inquiry, ImageKey key, Optional<IndexEntry> old) {
        if (inquiry.queued()) {
            // A job is tried again when somebody says so, whose mend must not meet an old answer; but it can wait.
            Optional<Duration> pause = failures.pause(key);
            if (pause.isPresent()) {
                return new ImageOutcome.Pending(key, pause.get());
            }
        } else {
            failures.find(key).ifPresent(failure -> {
                throw failure;
            });
        }
        return quota.charge(inquiry, () -> {
            if (inquiry.deadline().hasPassed(clock)) {
                return queued(inquiry, key, Duration.ZERO);
            }
            return board(inquiry, key, old);
        });
    }

    private ImageOutcome board(Inquiry inquiry, ImageKey key, Optional<IndexEntry> old) {
        while (true) {
            Deadline deadline = flightDeadline(inquiry);
            Optional<Duration> refusal =
                    flights.isFlying(key) ? Optional.empty() : leader.refusal(key, inquiry.lane(), deadline);
            if (refusal.isPresent()) {
                return late(inquiry, key, refusal.get(), old);
            }
            Flight<Landing> flight = flights.join(
                    key, () -> leader.fly(key, inquiry.request(), inquiry.lane(), inquiry.horizon(), deadline));
            try {
                Optional<Landing> landing = Unchecked.call(() -> flight.await(inquiry.deadline()));
                if (landing.isEmpty()) {
                    return late(inquiry, key, ASK_AGAIN, old);
                }
                if (isEnough(landing.get(), flight.led(), inquiry)) {
                    return landed(landing.get(), flight.led());
                }
            } catch (ThrottledException throttled) {
                Duration wait = throttled.retryAfter().orElse(ASK_AGAIN);
                boolean othersPatienceEnded =
                        !flight.led() && !inquiry.deadline().forbids(wait, clock);
                if (!othersPatienceEnded) {
                    return late(inquiry, key, wait, old);
                }
            }
        }
    }

    /** Another caller's flight may have ended with an image that is fresh, but not for as long as this one asks. */
    private static boolean isEnough(Landing landing, boolean led, Inquiry inquiry) {
        return led || landing.generated() || inquiry.horizon().isMetBy(landing.entry());
    }

    private static ImageOutcome landed(Landing landing, boolean led) {
        return led && landing.generated()
                ? new ImageOutcome.Stored(landing.entry())
                : new ImageOutcome.Collapsed(landing.entry());
    }

    /** It takes longer than the caller waits: an old picture is better than none, and a place in the queue than nothing. */
    private ImageOutcome late(Inquiry inquiry, ImageKey key, Duration wait, Optional<IndexEntry> old) {
        if (inquiry.queued()) {
            throw ThrottledException.byLimiter(wait);
        }
        return old.<ImageOutcome>map(this::stale).orElseGet(() -> queued(inquiry, key, wait));
    }

    private ImageOutcome queued(Inquiry inquiry, ImageKey key, Duration wait) {
        backlog.accept(key, inquiry.request(), wait);
        return new ImageOutcome.Pending(key, wait.compareTo(ASK_AGAIN) < 0 ? ASK_AGAIN : wait);
    }

    /** A job ends with its worker's deadline; what a person asked for goes on for a while when that person leaves. */
    private Deadline flightDeadline(Inquiry inquiry) {
        Deadline own = inquiry.deadline();
        Deadline patient = Deadline.in(patience, clock);
        return inquiry.queued() || patient.at().isBefore(own.at()) ? own : patient;
    }

    @Override
    public CompletionStage<Optional<ImageOutcome>> look(ImageKey key) {
        return lookup.inIndex(key)
                .thenCompose(indexed -> indexed.filter(this::isFresh).isPresent()
                        ? CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(indexed.get())))
                        : later(() -> lookCloser(key, indexed)));
    }

    private Optional<ImageOutcome> lookCloser(ImageKey key, Optional<IndexEntry> indexed) {
        Optional<IndexEntry> known = lookup.inStore(key, indexed);
        if (known.filter(this::isFresh).isPresent()) {
            return Optional.of(new ImageOutcome.Hit(known.get()));
        }
        if (flights.isFlying(key) || backlog.contains(key) || leases.isHeld(key)) {
            return Optional.of(new ImageOutcome.Pending(key, ASK_AGAIN));
        }
        return known.filter(this::isServable).map(this::stale);
    }

    @Override
    public CompletionStage<Void> forget(ImageKey key) {
        // The index first: where it cannot be asked, nothing is half done. Then once more: a request in between may
        // have mended it from the store.
        return index.remove(key)
                .thenCompose(unlisted -> later(() -> deleted(key)))
                .thenCompose(index::remove);
    }

    private ImageKey deleted(ImageKey key) {
        depot.forget(key);
        store.delete(key);
        return key;
    }

    @Override
    public CompletionStage<Long> purge(TemplateId template) {
        return later(() -> versions.raise(template));
    }

    private <T> CompletionStage<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, virtualThreads);
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
        return clock.instant();
    }
}
