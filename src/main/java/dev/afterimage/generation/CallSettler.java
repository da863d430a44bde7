package dev.afterimage.generation;

import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Receipts;
import dev.afterimage.store.StoreUnavailableException;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Ends the receipts of calls. While the fleet's memory cannot be asked it goes on trying in the background until the
 * receipt has ended by itself, so that a short outage costs nobody a wait.
 */
public final class CallSettler {

    private static final Logger LOG = Logger.getLogger(CallSettler.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
    /** So long an image that was stored while Redis was gone may be found to have been deleted. */
    private static final Duration DELETE_FOUND_WITHIN = Duration.ofHours(1);

    private final Receipts receipts;
    private final Duration longestCall;
    private final Clock clock;
    private final Pause pause;
    private final Executor threads;

    /**
     * A settler of calls at one provider.
     *
     * @param longestCall after that a receipt has ended by itself
     */
    public CallSettler(Receipts receipts, Duration longestCall, Clock clock, Pause pause, Executor threads) {
        this.receipts = receipts;
        this.longestCall = longestCall;
        this.clock = clock;
        this.pause = pause;
        this.threads = threads;
    }

    /** After that a receipt has ended by itself. */
    public Duration longestCall() {
        return longestCall;
    }

    /** Ends the call; when that cannot be told now, the key may be bought again when its receipt has ended by itself. */
    public Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome) {
        return settle(call, outcome, longestCall, () -> {});
    }

    /**
     * Ends a call whose image is stored.
     *
     * @param deleted run when the fleet's memory cannot be asked now, and says later that the key was deleted meanwhile
     */
    public Receipts.Settlement settleStored(Permit.Departed call, Instant made, Runnable deleted) {
        return settle(call, new CallOutcome.Image(made), DELETE_FOUND_WITHIN, deleted);
    }

    private Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome, Duration tryFor, Runnable deleted) {
        try {
            return receipts.settle(call, outcome);
        } catch (LimiterUnavailableException gone) {
            settleLater(call, outcome, tryFor, deleted);
            return new Receipts.Settlement(false, Optional.of(longestCall));
        }
    }

    /** Ends a call that bought nothing. */
    public void settleUnbilled(Permit.Departed call) {
        settle(call, new CallOutcome.NotBilled());
    }

    /**
     * The failure of a call that departed, as the caller is to be told of it.
     *
     * @param rejectionTtl so long a rejection is remembered
     */
    public GenerationException settleFailed(Permit.Departed call, GenerationException failure, Duration rejectionTtl) {
        String detail = String.valueOf(failure.getMessage());
        return switch (failure) {
            case OutcomeUnknownException unknown ->
                unknown.withNextPurchase(settle(call, new CallOutcome.Unknown(detail, unknown.serverError()))
                        .nextPurchase());
            case NotAnImageException useless ->
                useless.withNextPurchase(
                        settle(call, new CallOutcome.Unusable(detail)).nextPurchase());
            case RejectedException rejected -> {
                settle(call, new CallOutcome.Rejected(rejected.reason() + " " + detail, rejectionTtl));
                yield rejected;
            }
            case JobUnfinishedException stillOpen -> stillOpen;
            default -> {
                settle(call, new CallOutcome.NotBilled());
                yield failure;
            }
        };
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void settleLater(Permit.Departed call, CallOutcome outcome, Duration tryFor, Runnable deleted) {
        Instant end = clock.instant().plus(tryFor);
        try {
            threads.execute(() -> settleUntil(end, call, outcome, deleted));
        } catch (RejectedExecutionException shuttingDown) {
            LOG.debug("The process ends; the receipt ends by itself", shuttingDown);
        }
    }

    private void settleUntil(Instant end, Permit.Departed call, CallOutcome outcome, Runnable deleted) {
        try {
            while (clock.instant().isBefore(end)) {
                pause.await(BETWEEN_TRIES);
                try {
                    if (receipts.settle(call, outcome).deleted()) {
                        deleted.run();
                    }
                    return;
                } catch (LimiterUnavailableException | StoreUnavailableException still) {
                    LOG.debugf("A receipt cannot be ended now: %s", still.getMessage());
                }
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
        }
    }
}
