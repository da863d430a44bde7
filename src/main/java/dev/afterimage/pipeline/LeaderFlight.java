package dev.afterimage.pipeline;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.AlreadyLandedException;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.ReceiptStandsException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.Lease;
import dev.afterimage.singleflight.LeasesUnavailableException;
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
 * for the process that leads. When a leader dies or fails, the next one that takes the lease leads. The lease only gathers
 * followers; that nobody buys what another is buying is the receipt's business, which is asked before and at departure.
 */
final class LeaderFlight {

    /**
     * How a flight ended well.
     *
     * @param generated whether this process paid for the image; false when another leader's was found
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
        this.pause = parts.pause();
        this.clock = parts.clock();
        this.threads = parts.virtualThreads();
    }

    /**
     * Brings the image, by leading or by following.
     *
     * @throws ReceiptStandsException when another's call is under way and will not have ended by the deadline; in the bulk
     *     lane at once, because a job can wait on the queue
     * @throws ThrottledException when no call can be made by the deadline
     */
    Result fly(ImageKey key, GenerationRequest generationRequest, Deadline deadline) throws InterruptedException {
        Duration poll = FIRST_POLL;
        Instant known = Instant.EPOCH;
        while (true) {
            requireNoDrain();
            Optional<Duration> refusal = refusal(key, generationRequest, deadline);
            if (refusal.isPresent()) {
                // Whoever led may have landed since this caller looked.
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
                        : follow(key, generationRequest, deadline);
                if (result.isPresent()) {
                    return result.get();
                }
            } catch (ReceiptStandsException standing) {
                Optional<Result> result = landed(key, generationRequest.horizon());
                if (result.isPresent()) {
                    return result.get();
                }
                known = afterRefusal(key, standing, generationRequest, deadline, poll, known);
                poll = poll.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? poll.multipliedBy(2) : LONGEST_POLL;
            }
            if (deadline.hasPassed(clock)) {
                throw ThrottledException.byLimiter(ASK_AGAIN);
            }
        }
    }

    /** Where this process ends, what has not left goes to the queue. */
    private void requireNoDrain() {
        if (drain.hasBegun()) {
            throw ThrottledException.byLimiter(ASK_AGAIN);
        }
    }

    /** A rejection may have been mended by somebody who then sent a job again, so no job is answered with an old one. */
    private static boolean concerns(Permit.Refused refused, GenerationRequest generationRequest) {
        return refused.state() != Receipt.State.REJECTED || !generationRequest.queued();
    }

    /** Waits where that may help, and says which image of this key is known not to be there; else throws. */
    private Instant afterRefusal(
            ImageKey key,
            ReceiptStandsException standing,
            GenerationRequest generationRequest,
            Deadline deadline,
            Duration poll,
            Instant known)
            throws InterruptedException {
        Permit.Refused refused = standing.refused();
        Optional<Duration> next = refused.usedUp() ? Optional.empty() : Optional.of(refused.retryAfter());
        return switch (refused.state()) {
            // It was looked for and is not there any more: somebody has removed it behind our back.
            case IMAGE -> refused.made();
            case OPEN -> {
                if (!generationRequest.queued()) {
                    writes.requireStored(key);
                }
                if (generationRequest.lane() == Lane.BULK || deadline.forbids(poll, clock)) {
                    throw standing;
                }
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
     * The wait for a permit, when it is known that there is none by then. But who leads already has one, and is followed.
     */
    Optional<Duration> refusal(ImageKey key, GenerationRequest generationRequest, Deadline deadline) {
        Lane lane = generationRequest.lane();
        return forecast.refusal(generationRequest.request(), lane, deadline).filter(wait -> !leases.isHeld(key, lane));
    }

    private Optional<Result> follow(ImageKey key, GenerationRequest generationRequest, Deadline deadline)
            throws InterruptedException {
        leases.awaitEnd(key, generationRequest.lane(), deadline.remaining(clock));
        return landed(key, generationRequest.horizon());
    }

    /** What another leader landed. */
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

    /** Empty when the job that was to be resumed has ended meanwhile. */
    private Optional<Result> lead(
            Lease lease, GenerationRequest generationRequest, Purchase purchase, Deadline deadline, boolean resumable) {
        LeaderOrder order = new LeaderOrder(purchase, generationRequest.horizon(), generationRequest.caller());
        LeaseRenewer renewer = LeaseRenewer.start(lease, leases, order::hold, pause, threads);
        try {
            writes.requireNone();
            Attempt attempt = Attempt.of(lease.lane(), deadline, order);
            Optional<GeneratedImage> image = resumable
                    ? resumed(generationRequest, order, attempt)
                    : Optional.of(generator.generate(generationRequest.request(), attempt));
            return image.map(made -> store(generationRequest, made, order));
        } catch (AlreadyLandedException landed) {
            return Optional.of(new Result(landed.entry(), false));
        } finally {
            renewer.stop();
            release(lease);
            order.ended();
        }
    }

    /** Goes on with the job of a call whose holder is gone; it was paid for, so that it needs no permit and no credit. */
    private Optional<GeneratedImage> resumed(GenerationRequest generationRequest, LeaderOrder order, Attempt attempt) {
        Optional<Receipts.Resumed> job = receipts.resume(order.purchase, attempt.lane());
        if (job.isEmpty()) {
            return Optional.empty();
        }
        order.departed(job.get().call());
        order.ticket = job.get().ticket();
        Attempt ofItsAccount = attempt.withAccount(job.get().call().purchase().account());
        try {
            return Optional.of(jobs.generate(generationRequest.request(), ofItsAccount));
        } catch (GenerationException failure) {
            order.failed();
            throw settler.settleFailed(job.get().call(), failure, Duration.ZERO);
        }
    }

    private void release(Lease lease) {
        try {
            leases.release(lease);
        } catch (LeasesUnavailableException gone) {
            LOG.debugf("A lease ends by itself: %s", gone.getMessage());
        }
    }

    /** What was paid for is stored, however late, unless it was deleted meanwhile or a fresh image stands. */
    private Result store(GenerationRequest generationRequest, GeneratedImage image, LeaderOrder order) {
        ImageKey key = order.purchase.key();
        Permit.Departed call = order.call();
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
        IndexEntry entry = freshness.entryFor(key, generationRequest.request().template(), image, clock.instant());
        return new Result(writes.put(entry, image.content(), call), true);
    }

    /** The leader's order: looks once more when the permit is there, and keeps the receipt. */
    private final class LeaderOrder implements Attempt.Order {

        private final Purchase purchase;
        private final Horizon horizon;
        private final Caller payer;
        private final ReentrantLock holding = new ReentrantLock();
        private volatile Permit.@Nullable Departed call;
        private String ticket = "";
        private String series = "";

        LeaderOrder(Purchase purchase, Horizon horizon, Caller payer) {
            this.payer = payer;
            this.purchase = purchase;
            this.horizon = horizon;
        }

        @Override
        public Purchase purchase() {
            requireNoDrain();
            Optional<IndexEntry> newest = lookup.newest(purchase.key(), horizon);
            newest.filter(entry -> lookup.isGoodEnough(entry, horizon)).ifPresent(entry -> {
                throw new AlreadyLandedException(entry);
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
                } catch (LimiterUnavailableException gone) {
                    LOG.warnf("The ticket of a job cannot be kept now: %s", gone.getMessage());
                }
            }
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

        /** Waits for a holding that is under way: one that came after the receipt's end would write it again. */
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

        /** Holds the receipt, if there is one; that it cannot be asked is no reason to throw away what was paid for. */
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
            } catch (LimiterUnavailableException gone) {
                return Receipts.Holding.HELD;
            }
        }
    }
}
