package dev.afterimage.pipeline;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.JobUnfinishedException;
import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.Receipts.OpenJob;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.singleflight.FlightLeases.Place;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
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

    private final FlightLeases leases;
    private final Receipts receipts;
    private final Lookup lookup;
    private final ImageGenerator generator;
    private final ImageGenerator jobs;
    private final CallSettler settler;
    private final PipelineParts.Forecast forecast;
    private final PendingWrites writes;
    private final Drain drain;
    private final FreshnessPolicy freshness;
    private final int mostFollowers;
    private final Pause pause;
    private final Clock clock;
    private final ExecutorService threads;

    LeaderFlight(PipelineParts parts, Lookup lookup, PendingWrites writes) {
        this.leases = parts.leases();
        this.receipts = parts.receipts();
        this.lookup = lookup;
        this.generator = parts.generator();
        this.jobs = parts.jobs();
        this.settler = parts.settler();
        this.forecast = parts.forecast();
        this.writes = writes;
        this.drain = parts.drain();
        this.freshness = parts.freshness();
        this.mostFollowers = parts.mostFollowers();
        this.pause = parts.pause();
        this.clock = parts.clock();
        this.threads = parts.virtualThreads();
    }

    /**
     * Brings the image, by leading or by following.
     *
     * @throws ReceiptStandsException when another call for this key is under way and will not have ended by the deadline;
     *     in the bulk lane at once, because a job can wait on the queue
     * @throws ThrottledException when no call can be made by the deadline
     */
    Result fly(ImageKey key, GenerationRequest generationRequest, Deadline deadline) throws InterruptedException {
        try (FollowersPlace place = new FollowersPlace(key, generationRequest)) {
            return fly(key, generationRequest, deadline, place);
        }
    }

    private Result fly(ImageKey key, GenerationRequest generationRequest, Deadline deadline, FollowersPlace place)
            throws InterruptedException {
        Duration poll = FIRST_POLL;
        Instant known = Instant.EPOCH;
        while (true) {
            requireNoDrain();
            // To ask for a job's image needs no permit.
            Optional<Permit.Denied> refusal =
                    generationRequest.open().isPresent() ? Optional.empty() : refusal(key, generationRequest, deadline);
            if (refusal.isPresent()) {
                // A leader may have stored the image since this caller looked.
                return landed(key, generationRequest.horizon())
                        .orElseThrow(() -> ThrottledException.byLimiter(refusal.get()));
            }
            Purchase purchase = purchase(key, generationRequest, known);
            try {
                Optional<Permit.Refused> standing =
                        receipts.refusal(purchase).filter(refused -> concerns(refused, generationRequest));
                boolean resumable = standing.filter(Permit.Refused::resumable).isPresent();
                if (standing.isPresent() && !resumable) {
                    throw new ReceiptStandsException(standing.get());
                }
                Optional<Lease> lease = leases.take(key, generationRequest.lane());
                Optional<Result> result = lease.isPresent()
                        ? lead(lease.get(), generationRequest, purchase, deadline, resumable)
                        : follow(key, generationRequest, deadline, place);
                if (result.isPresent()) {
                    return result.get();
                }
            } catch (ReceiptStandsException standing) {
                Optional<Result> result = landed(key, generationRequest.horizon());
                if (result.isPresent()) {
                    return result.get();
                }
                known = afterRefusal(key, standing, generationRequest, deadline, poll, known, place);
                poll = poll.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? poll.multipliedBy(2) : LONGEST_POLL;
            }
            if (deadline.hasPassed(clock)) {
                throw ThrottledException.byLimiter(ASK_AGAIN);
            }
        }
    }

    /** Throws when this process is about to end, so that a call that has not left goes to the queue. */
    private void requireNoDrain() {
        if (drain.hasBegun()) {
            throw ThrottledException.byLimiter(ASK_AGAIN);
        }
    }

    /**
     * Whether a refusal counts for this request. A remembered rejection does not count for a job: the job may have been
     * sent again because its cause was mended.
     */
    private static boolean concerns(Permit.Refused refused, GenerationRequest generationRequest) {
        return refused.state() != Receipt.State.REJECTED || !generationRequest.queued();
    }

    /**
     * Waits where that may help; else throws what the refusal means.
     *
     * @return the time when the newest image of this key was made that is known to be gone; the epoch where there is none
     */
    private Instant afterRefusal(
            ImageKey key,
            ReceiptStandsException standing,
            GenerationRequest generationRequest,
            Deadline deadline,
            Duration poll,
            Instant known,
            FollowersPlace place)
            throws InterruptedException {
        Permit.Refused refused = standing.refused();
        Optional<Duration> next = refused.usedUp() ? Optional.empty() : Optional.of(refused.retryAfter());
        return switch (refused.state()) {
            // The image was stored and is gone: somebody has removed it from the store itself.
            case IMAGE -> refused.made();
            case OPEN -> {
                if (!generationRequest.queued()) {
                    writes.requireStored(key);
                }
                if (generationRequest.lane() == Lane.BULK || deadline.forbids(poll, clock)) {
                    throw standing;
                }
                place.take();
                pause.await(poll);
                yield known;
            }
            case UNKNOWN -> throw OutcomeUnknownException.remembered(next);
            case UNUSABLE -> throw NotAnImageException.remembered(next);
            case REJECTED -> throw RejectedException.remembered(refused.detail());
            case DELETED -> known;
        };
    }

    /**
     * The limiter's denial, when it is known that there is no permit by the deadline. Empty where another process leads this
     * key: it is followed, and needs no permit.
     */
    Optional<Permit.Denied> refusal(ImageKey key, GenerationRequest generationRequest, Deadline deadline) {
        Lane lane = generationRequest.lane();
        return forecast.refusal(generationRequest.request(), lane, deadline)
                .filter(denied -> !leases.isHeld(key, lane));
    }

    private Optional<Result> follow(
            ImageKey key, GenerationRequest generationRequest, Deadline deadline, FollowersPlace place)
            throws InterruptedException {
        place.take();
        leases.awaitEnd(key, generationRequest.lane(), deadline.remaining(clock));
        return landed(key, generationRequest.horizon());
    }

    /** An image that another leader has stored. */
    private Optional<Result> landed(ImageKey key, Horizon horizon) {
        return lookup.fresh(key, horizon).map(entry -> new Result(entry, false));
    }

    private Purchase purchase(ImageKey key, GenerationRequest generationRequest, Instant known) {
        return Purchase.of(
                        key,
                        generationRequest.request(),
                        freshness.ttlOf(generationRequest.request().template()))
                .knowing(known);
    }

    /** Leads: makes the image or resumes its job, and stores it. Empty when the job to resume has ended meanwhile. */
    private Optional<Result> lead(
            Lease lease, GenerationRequest generationRequest, Purchase purchase, Deadline deadline, boolean resumable) {
        LeaderOrder order = new LeaderOrder(purchase, generationRequest);
        LeaseRenewer renewer = LeaseRenewer.start(lease, leases, order::hold, pause, threads);
        try {
            writes.requireNone();
            Attempt attempt = Attempt.of(lease.lane(), deadline, order);
            Optional<Receipts.Resumed> job =
                    resumable ? receipts.resume(purchase, lease.lane()) : forgotten(generationRequest, purchase);
            if (resumable && job.isEmpty()) {
                return Optional.empty();
            }
            GeneratedImage image = job.isPresent()
                    ? resumed(generationRequest, job.get(), order, attempt)
                    : generator.generate(generationRequest.request(), attempt);
            return Optional.of(store(generationRequest, image, order));
        } catch (JobUnfinishedException unfinished) {
            throw order.open().map(unfinished::of).orElse(unfinished);
        } catch (ImageExistsException landed) {
            return Optional.of(new Result(landed.entry(), false));
        } finally {
            renewer.stop();
            release(lease);
            order.ended();
        }
    }

    /** The job that the request names, if the fleet's memory has lost its receipt, which is then written again. */
    private Optional<Receipts.Resumed> forgotten(GenerationRequest generationRequest, Purchase purchase) {
        return generationRequest
                .open()
                .map(open -> new Receipts.Resumed(
                        new Permit.Departed(
                                open.token(),
                                generationRequest.lane(),
                                purchase.named(open.series()).billedTo(open.account()),
                                open.departed(),
                                Duration.ZERO),
                        open.ticket()))
                .filter(job -> receipts.hold(job.call()) == Receipts.Holding.HELD);
    }

    /** Goes on with the job of a call whose holder is gone. The job is paid for, so it needs no permit and no credit. */
    private GeneratedImage resumed(
            GenerationRequest generationRequest, Receipts.Resumed job, LeaderOrder order, Attempt attempt) {
        order.departed(job.call());
        order.ticket = job.ticket();
        Attempt ofItsAccount = attempt.withAccount(job.call().purchase().account());
        try {
            return jobs.generate(generationRequest.request(), ofItsAccount);
        } catch (GenerationException failure) {
            order.failed();
            throw settler.settleFailed(job.call(), failure, Duration.ZERO);
        }
    }

    private void release(Lease lease) {
        try {
            leases.release(lease);
        } catch (FleetUnavailableException gone) {
            LOG.debugf("A lease ends by itself: %s", gone.getMessage());
        }
    }

    /** Stores what was paid for, unless the key was deleted meanwhile or another call's fresh image is there. */
    private Result store(GenerationRequest generationRequest, GeneratedImage image, LeaderOrder order) {
        ImageKey key = order.purchase.key();
        Permit.Departed call = order.call();
        // Dated before the receipt is held, so that it does not replace an image that another call brings after that.
        IndexEntry entry = freshness.entryFor(key, generationRequest.request().template(), image, clock.instant());
        switch (order.hold()) {
            case HELD -> {}
            case DELETED -> {
                writes.abandon(call);
                throw new DeletedMeanwhileException();
            }
            case LOST -> {
                Optional<Result> standing = landed(key, generationRequest.horizon());
                if (standing.isPresent()) {
                    return standing.get();
                }
            }
        }
        return new Result(writes.put(entry, image.content(), call), true);
    }

    /**
     * This process' place among those of the fleet that wait for the image. It ends with the deadline of the caller who waits,
     * though the flight may go on; jobs of the queue take none.
     */
    private final class FollowersPlace implements AutoCloseable {

        private final ImageKey key;
        private final GenerationRequest generationRequest;
        private boolean asked;
        private @Nullable Place place;

        FollowersPlace(ImageKey key, GenerationRequest generationRequest) {
            this.key = key;
            this.generationRequest = generationRequest;
        }

        /** @throws ThrottledException when so many wait already that this one is to look again later */
        void take() {
            Duration patience = generationRequest.deadline().remaining(clock);
            if (asked || mostFollowers == Integer.MAX_VALUE || generationRequest.queued() || !patience.isPositive()) {
                return;
            }
            asked = true;
            place = leases.takePlace(key, patience, mostFollowers)
                    .orElseThrow(() -> ThrottledException.byLimiter(ASK_AGAIN));
        }

        @Override
        public void close() {
            if (place != null) {
                try {
                    leases.leave(place);
                } catch (FleetUnavailableException gone) {
                    LOG.debugf("A place ends by itself: %s", gone.getMessage());
                }
            }
        }
    }

    /** The order of a leader: it looks for the image once more when the call has its permit, and keeps the receipt. */
    private final class LeaderOrder implements Attempt.Order {

        private final Purchase purchase;
        private final Horizon horizon;
        private final Caller payer;
        private final ReentrantLock holding = new ReentrantLock();
        private volatile Permit.@Nullable Departed call;
        private final boolean queued;
        private String ticket = "";
        private String series;
        private Optional<OpenJob> open = Optional.empty();

        LeaderOrder(Purchase purchase, GenerationRequest generationRequest) {
            this.purchase = purchase;
            this.horizon = generationRequest.horizon();
            this.payer = generationRequest.caller();
            this.queued = generationRequest.queued();
            this.series = generationRequest.open().map(OpenJob::series).orElse("");
        }

        @Override
        public Purchase purchase() {
            requireNoDrain();
            Optional<IndexEntry> newest = lookup.newest(purchase.key(), horizon);
            newest.filter(entry -> lookup.isGoodEnough(entry, horizon)).ifPresent(entry -> {
                throw new ImageExistsException(entry);
            });
            Purchase named = receipts.find(purchase.key())
                    .filter(receipt ->
                            receipt.state() == Receipt.State.OPEN || receipt.state() == Receipt.State.UNKNOWN)
                    .filter(former -> !former.series().isEmpty())
                    .map(former -> purchase.named(former.series()).billedTo(former.account()))
                    .orElseGet(() -> purchase.named(Long.toString(clock.millis())));
            series = named.series();
            return newest.map(IndexEntry::createdAt)
                    .filter(purchase.known()::isBefore)
                    .map(named::knowing)
                    .orElse(named);
        }

        @Override
        public ImageKey key() {
            return purchase.key();
        }

        @Override
        public String name() {
            return purchase.key().value() + "-" + series;
        }

        @Override
        public Caller payer() {
            return payer;
        }

        @Override
        public Optional<String> ticket() {
            return ticket.isEmpty() ? Optional.empty() : Optional.of(ticket);
        }

        @Override
        public void keepTicket(String opened) {
            ticket = opened;
            tellTicket();
        }

        private void tellTicket() {
            Permit.Departed departed = call;
            if (departed != null && !ticket.isEmpty()) {
                try {
                    receipts.keepTicket(departed, ticket);
                } catch (FleetUnavailableException gone) {
                    LOG.warnf("The ticket of a job cannot be kept now: %s", gone.getMessage());
                }
            }
        }

        @Override
        public Optional<Instant> setDown() {
            if (!queued) {
                return Optional.empty();
            }
            holding.lock();
            try {
                Permit.Departed departed = call();
                if (receipts.hold(departed) != Receipts.Holding.HELD) {
                    return Optional.empty();
                }
                receipts.keepTicket(departed, ticket);
                open = Optional.of(new OpenJob(
                        departed.token(), departed.at(), departed.purchase().account(), series, ticket));
                return Optional.of(departed.at());
            } catch (FleetUnavailableException gone) {
                return Optional.empty();
            } finally {
                holding.unlock();
            }
        }

        /** The job at the provider that is left alone until the queue comes back for it, if there is one. */
        Optional<OpenJob> open() {
            return open;
        }

        @Override
        public void departed(Permit.Departed departed) {
            if (call == null) {
                drain.entered();
            }
            call = departed;
        }

        void ended() {
            if (call != null) {
                drain.left();
            }
        }

        /**
         * Waits for a {@link #hold} that is under way: one that came after the receipt's end would write the receipt
         * again.
         */
        @Override
        public void failed() {
            holding.lock();
            try {
                ended();
                call = null;
            } finally {
                holding.unlock();
            }
        }

        Permit.Departed call() {
            Permit.Departed departed = call;
            if (departed == null) {
                throw new IllegalStateException("an image came from a call that never departed");
            }
            return departed;
        }

        /**
         * Holds the call's receipt, if it has departed. Counts as held while the receipt cannot be reached, so that what
         * was paid for is not thrown away.
         */
        Receipts.Holding hold() {
            holding.lock();
            try {
                return holdNow();
            } finally {
                holding.unlock();
            }
        }

        private Receipts.Holding holdNow() {
            Permit.Departed departed = call;
            if (departed == null) {
                return Receipts.Holding.HELD;
            }
            try {
                Receipts.Holding answer = receipts.hold(departed);
                if (answer == Receipts.Holding.HELD) {
                    tellTicket();
                }
                return answer;
            } catch (FleetUnavailableException gone) {
                return Receipts.Holding.HELD;
            }
        }
    }
}
