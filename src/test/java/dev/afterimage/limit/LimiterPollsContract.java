package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The part of {@link ProviderLimiterContract} about calls that buy nothing, such as polls. */
abstract class LimiterPollsContract extends LimiterAccountsContract {

    private static final Limits ONE_IN_FLIGHT = new Limits(100, SECOND, OptionalInt.of(1), 1, Duration.ofSeconds(20));

    private static Granted poll(ProviderLimiter limiter, Lane lane, Duration patience) {
        Permit permit = limiter.acquirePoll(DEFAULT_ACCOUNT, lane, patience);
        assertThat(permit).isInstanceOf(Granted.class);
        return (Granted) permit;
    }

    private static Permit departPoll(ProviderLimiter limiter, Granted poll) {
        return limiter.depart(poll, Purchase.ofNothing(poll.token()));
    }

    private static Departed polled(ProviderLimiter limiter, Lane lane) {
        return (Departed) departPoll(limiter, poll(limiter, lane, NOW_OR_NEVER));
    }

    @Test
    void aPollLeavesHoweverLongACallIsExpectedToTake() {
        ProviderLimiter limiter = limiter(rate(100));
        Departed slow = departed(limiter, Lane.INTERACTIVE);
        advance(Duration.ofSeconds(15));
        receipts().settle(slow, new CallOutcome.Image(Instant.EPOCH));
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, SECOND));

        assertThat(polled(limiter, Lane.INTERACTIVE).startsIn()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aPollNeedsNoPlaceInFlight(Lane lane) {
        ProviderLimiter limiter = limiter(ONE_IN_FLIGHT);
        Departed job = departed(limiter, lane);

        Departed poll = polled(limiter, lane);

        assertThat(limiter.status().inFlight()).isEqualTo(1);
        ended(job);
        assertThat(limiter.redepart(poll)).isInstanceOf(Departed.class);
        limiter.restamp(poll);
        assertThat(limiter.status().inFlight()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aStopDoesNotRefuseAPollAndAPollIsNoProbe(LaneStop.Reason reason) {
        ProviderLimiter limiter = limiter(rate(100));
        ended(departed(limiter, Lane.BULK));
        limiter.stop(DEFAULT_ACCOUNT, reason);

        polled(limiter, Lane.BULK);

        assertThat(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER))
                .isEqualTo(new Permit.Stopped(reason, reason.probedEvery()));
        advance(reason.probedEvery());
        polled(limiter, Lane.BULK);
        assertThat(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER)).isInstanceOf(Granted.class);
    }

    @Test
    void aPollTakesASlotOfItsLanesWindow() {
        ProviderLimiter limiter = limiter(rateWithBulkShare(3, 0.4));

        polled(limiter, Lane.BULK);

        assertThat(denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER)).reason())
                .isEqualTo(Reason.RATE);
        assertThat(denied(limiter.acquirePoll(DEFAULT_ACCOUNT, Lane.BULK, NOW_OR_NEVER))
                        .reason())
                .isEqualTo(Reason.RATE);
        polled(limiter, Lane.INTERACTIVE);
        departed(limiter, Lane.INTERACTIVE);
        assertThat(denied(limiter.acquirePoll(DEFAULT_ACCOUNT, Lane.INTERACTIVE, NOW_OR_NEVER))
                        .retryAfter())
                .isEqualTo(rate(3).slotTime());
    }

    @Test
    void aPollIsPlannedBehindTheCallsBeforeIt() {
        ProviderLimiter limiter = limiter(rate(1));
        departed(limiter, Lane.INTERACTIVE);

        Granted poll = poll(limiter, Lane.INTERACTIVE, PATIENT);

        assertThat(poll.startsIn()).isEqualTo(rate(1).slotTime());
        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn())
                .isEqualTo(rate(1).slotTime().multipliedBy(2));
        limiter.release(poll);
        assertThat(denied(departPoll(limiter, poll)).reason()).isEqualTo(Reason.LAPSED);
    }

    @Test
    void aPollThatComesTooEarlyIsPlannedAnewAndStillNeedsNoPlace() {
        Limits limits = new Limits(1, SECOND, OptionalInt.of(1), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(limits);
        Granted poll = poll(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        advance(limits.lead());
        ended(departed(limiter, Lane.INTERACTIVE));

        assertThat(denied(departPoll(limiter, poll)).reason()).isEqualTo(Reason.RATE);

        assertThat(limiter.status().inFlight()).isZero();
        advance(limits.slotTime());
        assertThat(departPoll(limiter, poll)).isInstanceOf(Departed.class);
    }

    @Test
    void aPollWaitsForACoolDown() {
        ProviderLimiter limiter = limiter(rate(100));
        Granted early = poll(limiter, Lane.BULK, NOW_OR_NEVER);
        limiter.coolDown(DEFAULT_ACCOUNT, SECOND);

        assertThat(limiter.acquirePoll(DEFAULT_ACCOUNT, Lane.BULK, NOW_OR_NEVER))
                .isEqualTo(new Denied(SECOND, Reason.COOL_DOWN));
        assertThat(denied(departPoll(limiter, early)).reason()).isEqualTo(Reason.COOL_DOWN);
        assertThat(poll(limiter, Lane.INTERACTIVE, PATIENT).startsIn()).isEqualTo(SECOND);
    }

    @Test
    void aPollThatLeftLaterThanStampedHoldsItsSlotFromThenOn() {
        ProviderLimiter limiter = limiter(rate(1));
        Departed poll = polled(limiter, Lane.BULK);
        advance(Duration.ofMillis(300));

        limiter.restamp(poll);

        assertThat(denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER)).retryAfter())
                .isEqualTo(rate(1).slotTime());
    }

    @Test
    void aPollHasNoReceipt() {
        ProviderLimiter limiter = limiter(rate(100));

        Departed poll = polled(limiter, Lane.INTERACTIVE);

        assertThat(receipts().find(poll.purchase().key())).isEmpty();
    }
}
