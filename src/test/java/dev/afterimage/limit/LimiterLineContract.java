package dev.afterimage.limit;

import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.testing.Purchases;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The part of {@link ProviderLimiterContract} about planned starts and when to ask again. */
abstract class LimiterLineContract {

    static final Duration NOW_OR_NEVER = Duration.ZERO;
    static final Duration PATIENT = Duration.ofSeconds(30);
    static final Duration SECOND = Duration.ofSeconds(1);

    /** A limiter that has seen no call, alone with its back end. */
    protected abstract ProviderLimiter limiter(AccountLimits limits);

    /** Of a provider that is its one account. */
    protected final ProviderLimiter limiter(Limits limits) {
        return limiter(AccountLimits.of(limits));
    }

    /** The receipts of the limiter that was asked for last. */
    protected abstract Receipts receipts();

    /** Lets the limiter's time pass. */
    protected abstract void advance(Duration step);

    static Limits rate(int rate) {
        return new Limits(rate, SECOND, OptionalInt.empty(), 1, Duration.ofSeconds(20));
    }

    static Limits rateWithBulkShare(int rate, double bulkShare) {
        return new Limits(rate, SECOND, OptionalInt.empty(), bulkShare, Duration.ofSeconds(20));
    }

    static Granted acquired(ProviderLimiter limiter, Lane lane, Duration patience) {
        Permit permit = limiter.acquire(ONE, lane, patience);
        assertThat(permit).isInstanceOf(Granted.class);
        return (Granted) permit;
    }

    /** Departs for a key that nobody else buys. */
    protected static Permit depart(ProviderLimiter limiter, Granted permit) {
        return limiter.depart(permit, Purchases.next());
    }

    static Departed departed(ProviderLimiter limiter, Lane lane) {
        return (Departed) depart(limiter, acquired(limiter, lane, NOW_OR_NEVER));
    }

    /** The call has ended, and nobody has to pay. */
    void ended(Departed call) {
        receipts().settle(call, new CallOutcome.NotBilled());
    }

    static Denied denied(Permit permit) {
        assertThat(permit).isInstanceOf(Denied.class);
        return (Denied) permit;
    }

    @Test
    void waitersAreGivenSlotsInTheOrderInWhichTheyComeFree() {
        ProviderLimiter limiter = limiter(rate(2));
        Duration slotTime = rate(2).slotTime();
        departed(limiter, Lane.INTERACTIVE);
        advance(Duration.ofMillis(300));
        departed(limiter, Lane.INTERACTIVE);

        Stream<Duration> starts = Stream.generate(
                        () -> acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn())
                .limit(4);

        Duration first = slotTime.minusMillis(300);
        assertThat(starts).containsExactly(first, slotTime, first.plus(slotTime), slotTime.multipliedBy(2));
    }

    @Test
    void lateDepartureDelaysAllWhoWait() {
        ProviderLimiter limiter = limiter(rate(1));
        Granted late = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        acquired(limiter, Lane.INTERACTIVE, PATIENT);
        advance(Duration.ofMillis(200));
        depart(limiter, late);

        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn())
                .isEqualTo(rate(1).slotTime().multipliedBy(2));
    }

    @Test
    void newcomerStandsBehindWaitersAfterOneGaveUp() {
        ProviderLimiter limiter = limiter(rate(1));
        departed(limiter, Lane.INTERACTIVE);
        Granted givesUp = acquired(limiter, Lane.INTERACTIVE, PATIENT);
        Granted stays = acquired(limiter, Lane.INTERACTIVE, PATIENT);

        limiter.release(givesUp);

        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn())
                .isEqualTo(stays.startsIn().plus(rate(1).slotTime()));
    }

    @Test
    void newcomerTakesTheDueStartOfAWaiterThatGaveUp() {
        ProviderLimiter limiter = limiter(rate(1));
        departed(limiter, Lane.INTERACTIVE);
        Granted givesUp = acquired(limiter, Lane.INTERACTIVE, PATIENT);
        acquired(limiter, Lane.INTERACTIVE, PATIENT);
        limiter.release(givesUp);

        advance(givesUp.startsIn());

        assertThat(departed(limiter, Lane.INTERACTIVE).startsIn()).isZero();
    }

    @Test
    void permitMayDepartUpToTheLeadEarly() {
        ProviderLimiter limiter = limiter(rate(1));
        Duration lead = rate(1).lead();
        departed(limiter, Lane.INTERACTIVE);
        Granted next = acquired(limiter, Lane.INTERACTIVE, PATIENT);

        advance(next.startsIn().minus(lead).minusMillis(1));
        assertThat(depart(limiter, next)).isEqualTo(new Denied(lead.plusMillis(1), Reason.RATE));

        advance(Duration.ofMillis(1));
        assertThat(depart(limiter, next))
                .isInstanceOfSatisfying(
                        Departed.class,
                        departed -> assertThat(departed.startsIn()).isEqualTo(lead));
    }

    @Test
    void departingTwiceIsDeniedWithTheNextStart() {
        ProviderLimiter limiter = limiter(rate(1));
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        depart(limiter, permit);
        advance(Duration.ofMillis(300));

        assertThat(depart(limiter, permit))
                .isEqualTo(new Denied(rate(1).slotTime().minusMillis(300), Reason.LAPSED));
    }

    @Test
    void theBulkLanePlansNoMoreThanItsShareOfTheWindow() {
        ProviderLimiter limiter = limiter(rateWithBulkShare(10, 0.8));
        for (int call = 0; call < 8; call++) {
            acquired(limiter, Lane.BULK, NOW_OR_NEVER);
        }

        assertThat(denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER)).reason())
                .isEqualTo(Reason.RATE);
        acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
    }

    @Test
    void lapsedPermitDoesNotHoldUpTheBulkLane() {
        Limits limits = rateWithBulkShare(10, 0.1);
        ProviderLimiter limiter = limiter(limits);
        acquired(limiter, Lane.BULK, NOW_OR_NEVER);
        denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER));

        advance(limits.lead());

        assertThat(departed(limiter, Lane.BULK).startsIn()).isZero();
    }

    /** So that the start still lies ahead and the call leaves on time. */
    @Test
    void unplannedStartIsAskedForAgainHalfALeadBefore() {
        Limits limits = rate(1);
        ProviderLimiter limiter = limiter(limits);
        Duration halfALead = limits.lead().dividedBy(2);
        advance(SECOND);
        departed(limiter, Lane.BULK);

        Denied waits = denied(limiter.acquire(ONE, Lane.BULK, limits.slotTime()));
        Denied wouldNotWait =
                denied(limiter.acquire(ONE, Lane.BULK, limits.slotTime().minusMillis(1)));

        assertThat(waits.retryAfter()).isEqualTo(limits.slotTime().minus(halfALead));
        assertThat(wouldNotWait.retryAfter()).isEqualTo(limits.slotTime());
        advance(waits.retryAfter());
        assertThat(acquired(limiter, Lane.BULK, PATIENT).startsIn()).isEqualTo(halfALead);
    }
}
