package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Receipts;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Ends the receipts of calls. While Redis cannot be reached, it tries again in the background for an hour, so that no
 * caller waits for the end of an outage: a call that was not billed must not go on to count as a purchase, and an image
 * whose key was deleted meanwhile must be removed.
 *
 * @param longestCall how long after its call's departure an open receipt becomes unknown by itself
 */
public record CallSettler(Receipts receipts, Duration longestCall, Clock clock, Pause pause, Executor threads) {

    private static final Logger LOG = Logger.getLogger(CallSettler.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
    private static final Duration TRIED_FOR = Duration.ofHours(1);

    /**
     * Ends the call. Where Redis cannot be reached, the result is that the key may be bought again after the longest
     * call.
     */
    public Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome) {
        return settle(call, outcome, () -> {});
    }

    /**
     * Ends a call whose image is stored.
     *
     * @param onDeleted run later, if Redis cannot be reached now and says afterwards that the key was deleted
     */
    public Receipts.Settlement settleStored(Permit.Departed call, CallOutcome.Image image, Runnable onDeleted) {
        return settle(call, (CallOutcome) image, onDeleted);
    }

    private Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome, Runnable onDeleted) {
        try {
            return receipts.settle(call, outcome);
        } catch (FleetUnavailableException gone) {
            settleLater(call, outcome, onDeleted);
            return new Receipts.Settlement(false, Optional.of(longestCall));
        }
    }

    /**
     * Ends a departed call that failed, unless its job at the provider goes on.
     *
     * @param rejectionTtl how long a rejection is remembered; zero: not at all
     * @return the failure to throw; it says when the key may be bought again, where that is known
     */
    public GenerationException settleFailed(Permit.Departed call, GenerationException failure, Duration rejectionTtl) {
        if (failure instanceof JobUnfinishedException) {
            return failure;
        }
        String detail = String.valueOf(failure.getMessage());
        CallOutcome outcome = switch (failure) {
            case OutcomeUnknownException unknown -> new CallOutcome.Unknown(detail, unknown.serverError());
            case NotAnImageException useless -> new CallOutcome.Unusable(detail);
            case RejectedException rejected -> new CallOutcome.Rejected(rejected.reason() + " " + detail, rejectionTtl);
            default -> new CallOutcome.NotBilled();
        };
        return failure.withNextPurchase(settle(call, outcome).nextPurchase());
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void settleLater(Permit.Departed call, CallOutcome outcome, Runnable onDeleted) {
        Instant end = clock.instant().plus(TRIED_FOR);
        try {
            CallOutcome late =
                    outcome instanceof CallOutcome.Image image ? new CallOutcome.Image(image.made(), true) : outcome;
            threads.execute(() -> settleUntil(end, call, late, onDeleted));
        } catch (RejectedExecutionException shuttingDown) {
            LOG.debug("The process ends; the receipt is left to expire", shuttingDown);
        }
    }

    private void settleUntil(Instant end, Permit.Departed call, CallOutcome outcome, Runnable onDeleted) {
        try {
            while (clock.instant().isBefore(end)) {
                pause.await(BETWEEN_TRIES);
                try {
                    if (receipts.settle(call, outcome).deleted()) {
                        onDeleted.run();
                    }
                    return;
                } catch (FleetUnavailableException | StoreUnavailableException still) {
                    LOG.debugf("A receipt cannot be ended now: %s", still.getMessage());
                } catch (RuntimeException unforeseen) {
                    LOG.error("A receipt cannot be ended; it is left to expire", unforeseen);
                    return;
                }
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
        }
    }
}
