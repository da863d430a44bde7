package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.Purchase;
import io.smallrye.faulttolerance.api.RateLimitException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decorator: takes the fleet's permit before each call. The permit names the account. The call departs with it, and
 * when the call fails, its receipt ends here. The receipt of a call that brought an image stays open until the image is
 * stored. A permit that lapses before the call leaves (a slow connection, a cool-down, a full bulkhead) costs nothing:
 * another one is taken after a wait, if that ends before the deadline.
 */
public final class PermittedGenerator implements ImageGenerator {

    private final AccountChoice accounts;
    private final PermitAcquirer permits;
    private final LocalRateLimit rateLimit;
    private final CallSettler settler;
    private final Duration rejectionTtl;
    private final Clock clock;
    private final ImageGenerator next;

    /**
     * Permits for the calls of {@code next}.
     *
     * @param rejectionTtl how long the fleet remembers a rejection by the provider; zero for not at all
     */
    public PermittedGenerator(
            AccountChoice accounts,
            PermitAcquirer permits,
            LocalRateLimit rateLimit,
            CallSettler settler,
            Duration rejectionTtl,
            Clock clock,
            ImageGenerator next) {
        this.accounts = accounts;
        this.permits = permits;
        this.rateLimit = rateLimit;
        this.settler = settler;
        this.rejectionTtl = rejectionTtl;
        this.clock = clock;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        for (int lapsed = 0; ; lapsed++) {
            try {
                return generateOnce(request, attempt, accounts.of(request));
            } catch (PermitLapsedException lapse) {
                Duration wait = lapse.waitAfter(lapsed);
                if (!Callables.call(() -> permits.awaitNextPermit(wait, attempt.deadline()))) {
                    throw ThrottledException.byLimiter(wait);
                }
            }
        }
    }

    /**
     * Takes one permit and makes the call with it.
     *
     * @throws PermitLapsedException when the call did not leave with it
     */
    private GeneratedImage generateOnce(ImageRequest request, Attempt attempt, List<String> candidates) {
        Permit.Granted permit =
                granted(Callables.call(() -> permits.await(candidates, attempt.lane(), attempt.deadline())), clock);
        PermittedCall call = new PermittedCall(permit, attempt);
        Optional<String> otherAccount;
        try {
            Purchase purchase = attempt.order().purchase();
            otherAccount = accounts.requiredAccount(request, purchase.account())
                    .filter(account -> !account.equals(permit.account()));
            if (otherAccount.isEmpty()) {
                call.purchase = purchase.billedTo(permit.account());
                return next.generate(
                        request, attempt.withAccount(permit.account()).withDeparture(call));
            }
        } catch (GenerationException failure) {
            throw call.failed(failure);
        } catch (PermitLapsedException | FleetUnavailableException neverLeft) {
            call.neverLeft();
            throw neverLeft;
        } catch (RuntimeException | Error surprise) {
            call.failed(new OutcomeUnknownException(
                    "unexpected " + surprise.getClass().getSimpleName(), surprise));
            throw surprise;
        } finally {
            call.giveBackPermit();
        }
        return generateOnce(request, attempt, List.of(otherAccount.orElseThrow()));
    }

    /**
     * The granted permit.
     *
     * @throws GenerationException when the limiter's answer is no permit; the type says why
     */
    public static Permit.Granted granted(Permit answer, Clock clock) {
        return switch (answer) {
            case Permit.Granted granted -> granted;
            case Permit.Denied denied -> throw ThrottledException.byLimiter(denied);
            case Permit.Refused refused -> throw new ReceiptStandsException(refused);
            case Permit.Departed departed -> throw new IllegalStateException("departed before it was granted");
            case Permit.Stopped stopped ->
                throw switch (stopped.reason()) {
                    case ACCESS_REFUSED -> AccessRefusedException.remembered(stopped.retryAfter());
                    case OUT_OF_CREDITS ->
                        new OutOfCreditsException(
                                "the provider's account was empty a moment ago",
                                clock.instant().plus(stopped.retryAfter()));
                    case UNUSABLE_ANSWERS -> ThrottledException.byLimiter(stopped.retryAfter());
                };
        };
    }

    /** One permit, and the receipt of the call that left with it. Used by one thread. */
    private final class PermittedCall implements Attempt.Departure {

        private final Permit.Granted permit;
        private final Attempt attempt;
        private @Nullable Purchase purchase;
        private PermitAcquirer.Departure.@Nullable Leaves departure;
        private boolean mayHaveDeparted;

        PermittedCall(Permit.Granted permit, Attempt attempt) {
            this.permit = permit;
            this.attempt = attempt;
        }

        @Override
        public void now() {
            Purchase bought = purchase;
            if (bought == null) {
                throw new IllegalStateException("a call leaves before it is known what it buys");
            }
            mayHaveDeparted = true;
            PermitAcquirer.Departure.Leaves left = leaving(permits.depart(permit, bought));
            try {
                rateLimit.pass();
            } catch (RateLimitException tooFast) {
                throw new PermitLapsedException(Duration.ofMillis(Math.max(1, tooFast.getRetryAfterMillis())));
            }
            departure = left;
            attempt.order().departed(left.call());
            attempt.departure().now();
        }

        private static PermitAcquirer.Departure.Leaves leaving(PermitAcquirer.Departure answer) {
            return switch (answer) {
                case PermitAcquirer.Departure.Leaves leaves -> leaves;
                case PermitAcquirer.Departure.Forbidden forbidden ->
                    throw new ReceiptStandsException(forbidden.refused());
            };
        }

        @Override
        public void written(Instant at) {
            if (departure != null) {
                permits.left(departure, at);
            }
            attempt.departure().written(at);
        }

        /** Ends the receipt of the call that failed, and returns the failure to throw. */
        GenerationException failed(GenerationException failure) {
            GenerationException reported = settled(failure);
            stopLanesAfter(failure);
            return reported;
        }

        private GenerationException settled(GenerationException failure) {
            if (departure != null) {
                attempt.order().failed();
                return settler.settleFailed(departure.call(), failure, rejectionTtl)
                        .withAccount(permit.account());
            }
            if (!(failure instanceof ReceiptStandsException)) {
                neverLeft();
            }
            return failure;
        }

        /**
         * Stops the account's lanes after a failure that each of its calls would meet. Where that fails, other calls
         * meet the failure themselves.
         */
        private void stopLanesAfter(GenerationException failure) {
            try {
                switch (failure) {
                    case AccessRefusedException refused ->
                        permits.stop(permit.account(), LaneStop.Reason.ACCESS_REFUSED);
                    // Without a departure the failure was that of our own budget.
                    case OutOfCreditsException empty
                    when departure != null -> permits.stop(permit.account(), LaneStop.Reason.OUT_OF_CREDITS);
                    default -> {}
                }
            } catch (FleetUnavailableException gone) {
                failure.addSuppressed(gone);
            }
        }

        /**
         * Ends the receipt that the limiter may have written although the call did not leave: its answer was lost, or
         * came too late.
         */
        void neverLeft() {
            Purchase bought = purchase;
            if (mayHaveDeparted && bought != null) {
                settler.settle(
                        new Permit.Departed(permit.token(), permit.lane(), bought, clock.instant(), Duration.ZERO),
                        new CallOutcome.NotBilled());
            }
        }

        /** Gives the permit back, or after a departure says that its place in flight is free. */
        void giveBackPermit() {
            if (departure == null) {
                permits.release(permit);
            } else {
                permits.ended();
            }
        }
    }
}
