package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.singleflight.FlightLeases.WaitingPlace;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one flight of a key and lane in this process. It takes the fleet's lease and leads (generate, store, index), or waits
 * for the process that leads. When a leader dies or fails, the next one that takes the lease leads. The lease only
 * gathers followers: what keeps two from buying the same image is the receipt, which is checked before and at departure.
 */
final class LeaderFlight {

    /**
     * The result of a flight that brought an image.
     *
     * @param generated whether this process paid for the image; false when it was found, made by another leader
     */
    record Result(IndexEntry entry, boolean generated) {}

    private static final Logger LOG = Logger.getLogger(LeaderFlight.class);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    private static final Duration FIRST_POLL = Duration.ofMillis(50);
    private static final Duration LONGEST_POLL = Duration.ofMillis(400);

    private final PipelineParts parts;
    private final Lookup lookup;
    private final PendingWrites writes;
    private final ImageKey key;
    private final GenerationRequest generationRequest;
    private final Deadline deadline;
    private final Lane lane;
    /** This process's place among those of the fleet that wait for the image; null while it has none. */
    private @Nullable WaitingPlace place;

    private boolean askedForPlace;

    /**
     * A flight for this image.
     *
     * @param deadline until when it may wait for its permit and answer; it may be later than the request's own
     */
    LeaderFlight(
            PipelineParts parts,
            Lookup lookup,
            PendingWrites writes,
            ImageKey key,
            GenerationRequest generationRequest,
            Deadline deadline) {
        this.parts = parts;
        this.lookup = lookup;
        this.writes = writes;
        this.key = key;
        this.generationRequest = generationRequest;
        this.deadline = deadline;
        this.lane = generationRequest.lane();
    }

    /**
     * Returns the image, made by this process or by the one that leads.
     *
     * @throws ReceiptStandsException when another call for this key is under way and will not have ended by the deadline;
     *     in the bulk lane at once, because a job can wait on the queue
     * @throws ThrottledException when no call can be made by the deadline
     */
    Result fly() throws InterruptedException {
        try {
            return leadOrFollow();
        } finally {
            leavePlace();
        }
    }

    private Result leadOrFollow() throws InterruptedException {
        Duration poll = FIRST_POLL;
        Instant newestGone = Instant.EPOCH;
        while (true) {
            requireNoDrain(parts.drain());
            Optional<Permit.Denied> refusal = generationRequest.needsPermit() ? refusal() : Optional.empty();
            if (refusal.isPresent()) {
                // A leader may have stored the image since this caller looked.
                return findFresh().orElseThrow(() -> ThrottledException.byLimiter(refusal.get()));
            }
            Purchase purchase = Purchase.of(
                            key,
                            generationRequest.request(),
                            parts.freshness().ttlOf(generationRequest.request().template()))
                    .havingSeen(newestGone);
            try {
                Optional<Permit.Refused> standing =
                        parts.receipts().refusal(purchase).filter(this::concerns);
                boolean resumable = standing.filter(Permit.Refused::resumable).isPresent();
                if (standing.isPresent() && !resumable) {
                    throw new ReceiptStandsException(standing.get());
                }
                if (!resumable && !generationRequest.mayBuy()) {
                    return findFresh().orElseThrow(() -> new JobUnfinishedException(ASK_AGAIN));
                }
                Optional<Lease> lease = parts.leases().take(key, lane);
                Optional<Result> result = lease.isPresent() ? lead(lease.get(), purchase, resumable) : follow();
                if (result.isPresent()) {
                    return result.get();
                }
            } catch (ReceiptStandsException standing) {
                Optional<Result> result = findFresh();
                if (result.isPresent()) {
                    return result.get();
                }
                newestGone = afterRefusal(standing, poll, newestGone);
                Duration doubled = poll.multipliedBy(2);
                poll = doubled.compareTo(LONGEST_POLL) < 0 ? doubled : LONGEST_POLL;
            }
            if (deadline.hasPassed(parts.clock())) {
                throw ThrottledException.byLimiter(ASK_AGAIN);
            }
        }
    }

    /** Throws when this process is about to end, so that a call that has not left goes to the queue. */
    static void requireNoDrain(Drain drain) {
        if (drain.hasBegun()) {
            throw ThrottledException.byLimiter(ASK_AGAIN);
        }
    }

    /**
     * Whether a refusal applies to this request. A remembered rejection does not apply to a job, which may have been
     * redriven because the cause was mended.
     */
    private boolean concerns(Permit.Refused refused) {
        return refused.state() != Receipt.State.REJECTED || !generationRequest.queued();
    }

    /**
     * Waits if another try may then succeed; else throws what the refusal means.
     *
     * @return when the image was made that the key's receipt knows, and that is gone from the store or not fresh for
     *     long enough; {@code newestGone} where the receipt knows none
     */
    private Instant afterRefusal(ReceiptStandsException standing, Duration poll, Instant newestGone)
            throws InterruptedException {
        Permit.Refused refused = standing.refused();
        Optional<Duration> next = refused.usedUp() ? Optional.empty() : Optional.of(refused.retryAfter());
        return switch (refused.state()) {
            // The image was stored, and is of no use to this request: it was removed from the store itself, or is not
            // fresh for long enough.
            case IMAGE -> refused.made();
            case OPEN -> {
                if (!generationRequest.queued()) {
                    writes.requireStored(key);
                }
                if (lane == Lane.BULK || deadline.forbids(poll, parts.clock())) {
                    throw standing;
                }
                takePlace();
                parts.pause().await(poll);
                yield newestGone;
            }
            case UNKNOWN -> throw OutcomeUnknownException.remembered(next);
            case UNUSABLE ->
                throw next.isEmpty()
                        ? OutcomeUnknownException.afterUnusableAnswers()
                        : NotAnImageException.remembered(next);
            case REJECTED -> throw RejectedException.remembered(refused.detail());
            case DELETED -> newestGone;
        };
    }

    /**
     * The limiter's denial, when it is known that there is no permit by the deadline. Empty where another process leads
     * this key, because a follower needs no permit.
     */
    Optional<Permit.Denied> refusal() {
        return parts.forecast()
                .refusal(generationRequest.request(), lane, deadline)
                .filter(denied -> !parts.leases().isHeld(key, lane));
    }

    private Optional<Result> follow() throws InterruptedException {
        takePlace();
        parts.leases().awaitEnd(key, lane, deadline.remaining(parts.clock()));
        return findFresh();
    }

    /**
     * Takes a place to wait in, once. It ends with the deadline of the caller who waits, though the flight may go on;
     * jobs of the queue take none.
     *
     * @throws ThrottledException when so many wait already that this request is answered 202
     */
    private void takePlace() {
        Duration patience = generationRequest.deadline().remaining(parts.clock());
        boolean limited = parts.mostFollowers() != Integer.MAX_VALUE && !generationRequest.queued();
        if (askedForPlace || !limited || !patience.isPositive()) {
            return;
        }
        askedForPlace = true;
        place = parts.leases()
                .takePlace(key, patience, parts.mostFollowers())
                .orElseThrow(() -> ThrottledException.byLimiter(ASK_AGAIN));
    }

    private void leavePlace() {
        WaitingPlace taken = place;
        if (taken != null) {
            endOrLetExpire("A waiting place", () -> parts.leases().leave(taken));
        }
    }

    /** Ends a lease or a place. While Redis cannot be reached it is left to expire. */
    private static void endOrLetExpire(String what, Runnable end) {
        try {
            end.run();
        } catch (FleetUnavailableException gone) {
            LOG.debugf("%s is left to expire: %s", what, gone.getMessage());
        }
    }

    /** The image, if there is one that is fresh for long enough: another leader may have stored it. */
    private Optional<Result> findFresh() {
        return lookup.fresh(key, generationRequest).map(entry -> new Result(entry, false));
    }

    /** As {@link #findFresh}; none while the store cannot be reached, so that what was paid for is kept. */
    private Optional<Result> findFreshIfReached() {
        try {
            return findFresh();
        } catch (StoreUnavailableException gone) {
            return Optional.empty();
        }
    }

    /** Leads: makes the image or resumes its job, and stores it. Empty when the job to resume has ended meanwhile. */
    private Optional<Result> lead(Lease lease, Purchase purchase, boolean resumable) {
        LeaderOrder order = new LeaderOrder(parts, lookup, purchase, generationRequest);
        LeaseRenewer renewer =
                LeaseRenewer.start(lease, parts.leases(), order::hold, parts.pause(), parts.virtualThreads());
        try {
            writes.requireNone();
            Attempt attempt = Attempt.of(lane, deadline, order);
            Optional<Receipts.Resumed> job =
                    resumable ? parts.receipts().resume(purchase, lane) : jobOfMessage(purchase);
            if (resumable && job.isEmpty()) {
                return Optional.empty();
            }
            GeneratedImage image = job.isPresent()
                    ? resumed(job.get(), order, attempt)
                    : parts.generator().generate(generationRequest.request(), attempt);
            return Optional.of(store(image, order));
        } catch (JobUnfinishedException unfinished) {
            throw order.open().map(unfinished::withJob).orElse(unfinished);
        } catch (ImageExistsException found) {
            return Optional.of(new Result(found.entry(), false));
        } finally {
            renewer.stop();
            endOrLetExpire("A lease", () -> parts.leases().release(lease));
            order.ended();
        }
    }

    /**
     * The job at the provider that the request's queue message names. Its receipt is written again, in case Redis has
     * lost it.
     */
    private Optional<Receipts.Resumed> jobOfMessage(Purchase purchase) {
        return generationRequest
                .open()
                .map(open -> new Receipts.Resumed(
                        new Permit.Departed(
                                open.token(),
                                lane,
                                purchase.withIdempotencySuffix(open.idempotencySuffix())
                                        .billedTo(open.account()),
                                open.departed(),
                                Duration.ZERO),
                        open.ticket()))
                .filter(job -> parts.receipts().hold(job.call()) == Receipts.Holding.HELD);
    }

    /** Goes on with the job of a call whose holder is gone. The job is paid for, so it needs no permit. */
    private GeneratedImage resumed(Receipts.Resumed job, LeaderOrder order, Attempt attempt) {
        order.resumed(job);
        Attempt ofItsAccount = attempt.withAccount(job.call().purchase().account());
        try {
            return parts.jobs().generate(generationRequest.request(), ofItsAccount);
        } catch (GenerationException failure) {
            order.failed();
            throw parts.settler().settleFailed(job.call(), failure, Duration.ZERO);
        }
    }

    /** Stores what was paid for, unless the key was deleted meanwhile or another call's fresh image is there. */
    private Result store(GeneratedImage image, LeaderOrder order) {
        Permit.Departed call = order.call();
        // Dated before the receipt is held: an image that another call brings after that is newer than this one, and
        // stays.
        // Dated after the image that the call was to replace, even if the clock was set back. An image that comes late
        // is
        // dated at its call's departure, or at the time when its job was resumed.
        Instant now = (order.isLate() ? order.since() : parts.clock().instant()).truncatedTo(ChronoUnit.MILLIS);
        Instant former = call.purchase().newestSeen();
        Instant made = now.isAfter(former) ? now : former.plusMillis(1);
        IndexEntry entry =
                parts.freshness().entryFor(key, generationRequest.request().template(), image, made);
        Receipts.Holding holding = order.hold();
        if (holding == Receipts.Holding.DELETED) {
            writes.abandon(call);
            throw new DeletedMeanwhileException();
        }
        // A late call's receipt may have ended meanwhile, and may just have been written again.
        if (holding == Receipts.Holding.LOST || order.isLate()) {
            Optional<Result> other = findFreshIfReached();
            if (other.isPresent()) {
                CallOutcome stored = new CallOutcome.Image(other.get().entry().createdAt());
                parts.settler().settle(call, stored);
                return other.get();
            }
        }
        return new Result(writes.put(entry, image.content(), call), true);
    }
}
