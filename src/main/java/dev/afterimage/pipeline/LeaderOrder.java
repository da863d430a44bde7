package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.Receipts.OpenJob;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The order that a {@link LeaderFlight} gives to the generator, and what becomes of its call. It looks for the image
 * once more when the call has its permit, and holds the call's receipt while the call is under way.
 */
final class LeaderOrder implements Attempt.Order {

    private static final Logger LOG = Logger.getLogger(LeaderOrder.class);

    private final PipelineParts parts;
    private final Lookup lookup;
    private final Purchase purchase;
    private final GenerationRequest generationRequest;
    private final ReentrantLock holding = new ReentrantLock();
    private volatile Permit.@Nullable Departed call;
    private Instant since = Instant.EPOCH;

    private volatile String ticket = "";
    private Optional<Instant> resumedFrom = Optional.empty();
    private String idempotencySuffix;
    private Optional<OpenJob> open = Optional.empty();

    LeaderOrder(PipelineParts parts, Lookup lookup, Purchase purchase, GenerationRequest generationRequest) {
        this.parts = parts;
        this.lookup = lookup;
        this.purchase = purchase;
        this.generationRequest = generationRequest;
        this.idempotencySuffix =
                generationRequest.open().map(OpenJob::idempotencySuffix).orElse("");
    }

    @Override
    public Purchase purchase() {
        LeaderFlight.requireNoDrain(parts.drain());
        Optional<IndexEntry> newest = lookup.newest(key(), generationRequest);
        newest.filter(entry -> lookup.isGoodEnough(entry, generationRequest.horizon()))
                .ifPresent(entry -> {
                    throw new ImageExistsException(entry);
                });
        // The idempotency key and the account of a former call whose outcome is unknown, so that the provider bills
        // the two calls only once; else a key of its own.
        Purchase keyed = parts.receipts()
                .find(key())
                .filter(receipt -> receipt.state() == Receipt.State.OPEN || receipt.state() == Receipt.State.UNKNOWN)
                .filter(former -> !former.idempotencySuffix().isEmpty())
                .map(former -> purchase.withIdempotencySuffix(former.idempotencySuffix())
                        .billedTo(former.account()))
                .orElseGet(() -> purchase.withIdempotencySuffix(
                        Long.toString(parts.clock().millis())));
        idempotencySuffix = keyed.idempotencySuffix();
        return newest.map(IndexEntry::createdAt)
                .filter(purchase.newestSeen()::isBefore)
                .map(keyed::havingSeen)
                .orElse(keyed);
    }

    @Override
    public ImageKey key() {
        return purchase.key();
    }

    @Override
    public String idempotencyKey() {
        return key().value() + "-" + idempotencySuffix;
    }

    @Override
    public Caller payer() {
        return generationRequest.caller();
    }

    @Override
    public Optional<String> ticket() {
        return ticket.isEmpty() ? Optional.empty() : Optional.of(ticket);
    }

    @Override
    public void keepTicket(String opened) {
        ticket = opened;
        writeTicket();
    }

    private void writeTicket() {
        Permit.Departed departed = call;
        if (departed != null && !ticket.isEmpty()) {
            try {
                parts.receipts().keepTicket(departed, ticket);
            } catch (FleetUnavailableException gone) {
                LOG.warnf("The ticket of a job cannot be written into its receipt now: %s", gone.getMessage());
            }
        }
    }

    @Override
    public Optional<Instant> setDown() {
        if (!generationRequest.queued()) {
            return Optional.empty();
        }
        holding.lock();
        try {
            Permit.Departed departed = call();
            if (parts.receipts().hold(departed) != Receipts.Holding.HELD) {
                return Optional.empty();
            }
            parts.receipts().keepTicket(departed, ticket);
            open = Optional.of(new OpenJob(
                    departed.token(), departed.at(), departed.purchase().account(), idempotencySuffix, ticket));
            return Optional.of(departed.at());
        } catch (FleetUnavailableException gone) {
            return Optional.empty();
        } finally {
            holding.unlock();
        }
    }

    /** The job at the provider that is set down until a worker goes on with it, if there is one. */
    Optional<OpenJob> open() {
        return open;
    }

    @Override
    public void departed(Permit.Departed departed) {
        if (call == null) {
            parts.drain().entered();
        }
        call = departed;
        since = parts.clock().instant();
    }

    /** When the call departed or was resumed, by this process's clock. */
    Instant since() {
        return since;
    }

    /** Whether the call took longer than a receipt stands without being held: the process may have stood still. */
    boolean isLate() {
        return parts.clock().instant().isAfter(since.plus(parts.settler().longestCall()));
    }

    /** Goes on with the job of a call that departed earlier. */
    void resumed(Receipts.Resumed job) {
        departed(job.call());
        ticket = job.ticket();
        resumedFrom = Optional.of(job.call().at());
    }

    @Override
    public Optional<Instant> resumedFrom() {
        return resumedFrom;
    }

    void ended() {
        if (call != null) {
            parts.drain().left();
        }
    }

    /** Waits for a {@link #hold} that is under way, which after the receipt's end would write the receipt again. */
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
            Permit.Departed departed = call;
            if (departed == null) {
                return Receipts.Holding.HELD;
            }
            Receipts.Holding answer = parts.receipts().hold(departed);
            if (answer == Receipts.Holding.HELD) {
                writeTicket();
            }
            return answer;
        } catch (FleetUnavailableException gone) {
            return Receipts.Holding.HELD;
        } finally {
            holding.unlock();
        }
    }
}
