package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The contract of every {@link ProviderLimiter}. */
public abstract class ProviderLimiterContract extends LimiterPollsContract {

    private static Limits inFlight(int concurrency) {
        return new Limits(1000, SECOND, OptionalInt.of(concurrency), 0.5, Duration.ofSeconds(20));
    }

    @Test
    void aFullWindowIsGrantedAtOnceAndNotOneCallMore() {
        ProviderLimiter limiter = limiter(rate(3));

        for (int call = 0; call < 3; call++) {
            assertThat(departed(limiter, Lane.INTERACTIVE).startsIn()).isZero();
        }

        Denied denied = denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
        assertThat(denied.reason()).isEqualTo(Reason.RATE);
        assertThat(denied.retryAfter()).isEqualTo(rate(3).slotTime());
    }

    @Test
    void aSlotIsFreeOneSlotTimeAfterTheDepartureAndNotBefore() {
        ProviderLimiter limiter = limiter(rate(1));
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        advance(Duration.ofMillis(400));
        depart(limiter, permit);

        advance(rate(1).slotTime().minusMillis(300));
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));

        advance(Duration.ofMillis(300));
        departed(limiter, Lane.INTERACTIVE);
    }

    @Test
    void waitingCallersAreGivenSuccessiveStarts() {
        ProviderLimiter limiter = limiter(rate(2));
        Duration slotTime = rate(2).slotTime();

        List<Duration> starts = new ArrayList<>();
        for (int call = 0; call < 6; call++) {
            starts.add(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn());
        }

        assertThat(starts.subList(0, 2)).containsOnly(Duration.ZERO);
        starts.subList(2, 4).forEach(start -> assertThat(start).isEqualTo(slotTime));
        starts.subList(4, 6).forEach(start -> assertThat(start).isEqualTo(slotTime.multipliedBy(2)));
    }

    @Test
    void startBeyondThePatienceIsDeniedAndTakesNoSlot() {
        ProviderLimiter limiter = limiter(rate(1));
        departed(limiter, Lane.INTERACTIVE);
        acquired(limiter, Lane.INTERACTIVE, PATIENT);
        Duration two = rate(1).slotTime().multipliedBy(2);

        for (int question = 0; question < 5; question++) {
            Denied denied = denied(limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ofMillis(1500)));
            assertThat(denied.retryAfter()).isEqualTo(two);
        }

        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn()).isEqualTo(two);
    }

    @Test
    void deniedEarlyDepartureKeepsItsPlaceInFlight() {
        Limits limits = new Limits(1, SECOND, OptionalInt.of(2), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(limits);
        Granted one = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        advance(limits.lead());
        departed(limiter, Lane.INTERACTIVE);

        assertThat(denied(depart(limiter, one)).reason()).isEqualTo(Reason.RATE);

        assertThat(limiter.status().inFlight()).isEqualTo(2);
        limiter.release(one);
        assertThat(limiter.status().inFlight()).isEqualTo(1);
    }

    @Test
    void lateDepartureTakesItsSlotFromItsTrueTime() {
        ProviderLimiter limiter = limiter(rate(1));
        Granted late = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        advance(Duration.ofSeconds(5));

        assertThat(depart(limiter, late)).isInstanceOf(Departed.class);

        advance(Duration.ofMillis(900));
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    @Test
    void unusedPermitLapsesAndDoesNotHoldUpOthers() {
        ProviderLimiter limiter = limiter(rate(1));
        Granted dead = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        advance(rate(1).lead());

        assertThat(acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER).startsIn()).isZero();

        advance(rate(1).grace());
        denied(depart(limiter, dead));
    }

    @Test
    void callThatDidNotLeaveInTimeIsRedeparted() {
        ProviderLimiter limiter = limiter(rate(1));
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        Departed stamped = (Departed) depart(limiter, permit);
        advance(Duration.ofMillis(300));

        Permit again = limiter.redepart(stamped);

        assertThat(again)
                .isInstanceOfSatisfying(
                        Departed.class,
                        departed -> assertThat(departed.startsIn()).isZero());
        assertThat(denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER)).retryAfter())
                .isEqualTo(rate(1).slotTime());
        denied(depart(limiter, permit));
    }

    @Test
    void aCallThatLeftLaterThanStampedHoldsItsSlotFromThenOn() {
        for (Lane lane : Lane.values()) {
            ProviderLimiter limiter = limiter(rate(1));
            Departed stamped = (Departed) depart(limiter, acquired(limiter, lane, NOW_OR_NEVER));
            advance(Duration.ofMillis(300));

            limiter.restamp(stamped);

            advance(rate(1).slotTime().minusMillis(300));
            assertThat(denied(limiter.acquire(ONE, lane, NOW_OR_NEVER)).retryAfter())
                    .isEqualTo(Duration.ofMillis(300));
            advance(Duration.ofMillis(300));
            departed(limiter, lane);
            advance(rate(1).slotTime());
        }
    }

    @Test
    void aCallThatLeftAfterItsSlotWasFreeAgainTakesOneAllTheSame() {
        ProviderLimiter limiter = limiter(rate(1));
        Departed stamped = (Departed) depart(limiter, acquired(limiter, Lane.BULK, NOW_OR_NEVER));
        advance(rate(1).slotTime().multipliedBy(2));

        limiter.restamp(stamped);

        assertThat(denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER)).retryAfter())
                .isEqualTo(rate(1).slotTime());
    }

    @Test
    void restampedCallIsStillOneCallInFlight() {
        ProviderLimiter limiter = limiter(inFlight(2));
        Departed stamped = (Departed) depart(limiter, acquired(limiter, Lane.BULK, NOW_OR_NEVER));
        advance(Duration.ofMillis(300));

        limiter.restamp(stamped);

        assertThat(limiter.status().inFlight()).isEqualTo(1);
        ended(stamped);
        assertThat(limiter.status().inFlight()).isZero();
    }

    @Test
    void coolDownDeniesARedeparture() {
        ProviderLimiter limiter = limiter(rate(1));
        Departed stamped = (Departed) depart(limiter, acquired(limiter, Lane.BULK, NOW_OR_NEVER));
        limiter.coolDown(DEFAULT_ACCOUNT, SECOND);

        assertThat(denied(limiter.redepart(stamped)).reason()).isEqualTo(Reason.COOL_DOWN);
        advance(SECOND);
        departed(limiter, Lane.BULK);
    }

    @Test
    void departureLongPastCannotBeRedeparted() {
        ProviderLimiter limiter = limiter(rate(1));
        Departed stamped = (Departed) depart(limiter, acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER));
        advance(rate(1).slotTime());

        denied(limiter.redepart(stamped));
    }

    @Test
    void settledCallFreesItsPlaceInFlight() {
        ProviderLimiter limiter = limiter(inFlight(1));
        Departed stamped = (Departed) depart(limiter, acquired(limiter, Lane.BULK, NOW_OR_NEVER));

        ended(stamped);

        assertThat(limiter.status().inFlight()).isZero();
    }

    @Test
    void unknownPermitDoesNotDepart() {
        ProviderLimiter limiter = limiter(rate(5));

        assertThat(denied(depart(limiter, new Granted("foreign", DEFAULT_ACCOUNT, Lane.INTERACTIVE, Duration.ZERO)))
                        .reason())
                .isEqualTo(Reason.LAPSED);
    }

    @Test
    void releasedPermitFreesItsStart() {
        ProviderLimiter limiter = limiter(rate(1));
        departed(limiter, Lane.INTERACTIVE);
        Granted next = acquired(limiter, Lane.INTERACTIVE, PATIENT);

        limiter.release(next);

        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn()).isEqualTo(rate(1).slotTime());
        denied(depart(limiter, next));
    }

    @Test
    void aReleasedCallKeepsItsSlot() {
        ProviderLimiter limiter = limiter(rate(1));
        ended(departed(limiter, Lane.INTERACTIVE));

        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    @Test
    void startsOfManyWhoGiveUpAreFreed() {
        ProviderLimiter limiter = limiter(rate(2));
        List<Granted> line = new ArrayList<>();
        for (int call = 0; call < 40; call++) {
            line.add(acquired(limiter, Lane.INTERACTIVE, PATIENT));
        }

        line.forEach(limiter::release);

        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn()).isZero();
    }

    @Test
    void theBulkLaneLeavesTheRestOfTheWindow() {
        ProviderLimiter limiter = limiter(rateWithBulkShare(10, 0.8));
        for (int call = 0; call < 8; call++) {
            departed(limiter, Lane.BULK);
        }

        assertThat(denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER)).reason())
                .isEqualTo(Reason.RATE);
        departed(limiter, Lane.INTERACTIVE);
        departed(limiter, Lane.INTERACTIVE);
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    @Test
    void bulkLaneHasNoSlotsThatTheInteractiveLaneUsed() {
        ProviderLimiter limiter = limiter(rateWithBulkShare(10, 0.8));
        for (int call = 0; call < 9; call++) {
            departed(limiter, Lane.INTERACTIVE);
        }

        departed(limiter, Lane.BULK);
        denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER));
    }

    @Test
    void bulkLaneIsPlannedOnlyALittleAhead() {
        ProviderLimiter limiter = limiter(rateWithBulkShare(10, 1));
        for (int call = 0; call < 10; call++) {
            departed(limiter, Lane.BULK);
        }

        Denied denied = denied(limiter.acquire(ONE, Lane.BULK, PATIENT));

        assertThat(denied.retryAfter()).isBetween(rate(10).slotTime().minus(rate(10).lead()), rate(10).slotTime());
        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn()).isEqualTo(rate(10).slotTime());
    }

    @Test
    void noMoreCallsAreInFlightThanAllowed() {
        ProviderLimiter limiter = limiter(inFlight(2));
        Departed first = departed(limiter, Lane.INTERACTIVE);
        acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);

        Denied denied = denied(limiter.acquire(ONE, Lane.INTERACTIVE, PATIENT));
        assertThat(denied.reason()).isEqualTo(Reason.CONCURRENCY);
        assertThat(denied.retryAfter()).isEqualTo(Limits.PLACE_RETRY);
        assertThat(limiter.status().inFlight()).isEqualTo(2);

        ended(first);
        acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
    }

    @Test
    void placeInFlightReturnedTwiceIsFreedOnce() {
        ProviderLimiter limiter = limiter(inFlight(2));
        Departed first = departed(limiter, Lane.INTERACTIVE);
        departed(limiter, Lane.INTERACTIVE);

        ended(first);
        ended(first);

        acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    @Test
    void bulkLaneLeavesPlacesInFlightForTheInteractiveLane() {
        ProviderLimiter limiter = limiter(inFlight(4));
        Departed first = departed(limiter, Lane.BULK);
        departed(limiter, Lane.BULK);

        assertThat(denied(limiter.acquire(ONE, Lane.BULK, PATIENT)).reason()).isEqualTo(Reason.CONCURRENCY);
        departed(limiter, Lane.INTERACTIVE);
        departed(limiter, Lane.INTERACTIVE);
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, PATIENT));

        ended(first);
        departed(limiter, Lane.BULK);
    }

    @Test
    void aPlaceWhoseHolderDiedInFlightComesBackAfterTheLongestCall() {
        ProviderLimiter limiter = limiter(inFlight(1));
        departed(limiter, Lane.BULK);

        advance(inFlight(1).longestCall().minusMillis(500));
        denied(limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER));

        advance(Duration.ofMillis(500));
        departed(limiter, Lane.BULK);
        assertThat(limiter.status().inFlight()).isEqualTo(1);
    }

    @Test
    void aPlaceWhoseHolderDiedBeforeDepartureComesBackWhenThePermitLapses() {
        ProviderLimiter limiter = limiter(inFlight(1));
        acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);

        advance(inFlight(1).grace().minusMillis(500));
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));

        advance(Duration.ofMillis(500));
        departed(limiter, Lane.INTERACTIVE);
    }

    @Test
    void placeInFlightIsNotHeldForADistantSlot() {
        Limits limits = new Limits(1, SECOND, OptionalInt.of(2), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(limits);
        departed(limiter, Lane.INTERACTIVE);

        Denied denied = denied(limiter.acquire(ONE, Lane.INTERACTIVE, PATIENT));

        assertThat(denied.reason()).isEqualTo(Reason.RATE);
        assertThat(denied.retryAfter()).isBetween(limits.slotTime().minus(limits.lead()), limits.slotTime());
        assertThat(limiter.status().inFlight()).isEqualTo(1);
    }

    @Test
    void deniedDepartureFreesItsPlaceInFlight() {
        ProviderLimiter limiter = limiter(inFlight(1));
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        limiter.coolDown(DEFAULT_ACCOUNT, SECOND);

        denied(depart(limiter, permit));

        assertThat(limiter.status().inFlight()).isZero();
    }

    @Test
    void lowerLimitShownByTheProviderHoldsForItsWindow() {
        ProviderLimiter limiter = limiter(rate(10));
        assertThat(limiter.lower(DEFAULT_ACCOUNT, 3, SECOND)).isTrue();

        for (int call = 0; call < 3; call++) {
            departed(limiter, Lane.INTERACTIVE);
        }
        assertThat(denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER)).reason())
                .isEqualTo(Reason.RATE);

        advance(SECOND);
        for (int call = 0; call < 7; call++) {
            departed(limiter, Lane.INTERACTIVE);
        }
    }

    @Test
    void aLimitThatIsLoweredAmongCallsThatHaveLeftWaitsForTheirSlots() {
        ProviderLimiter limiter = limiter(rate(10));
        for (int call = 0; call < 6; call++) {
            departed(limiter, Lane.INTERACTIVE);
        }
        limiter.lower(DEFAULT_ACCOUNT, 3, SECOND);

        assertThat(denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER)).retryAfter())
                .isEqualTo(rate(10).slotTime());
    }

    @Test
    void higherLimitShownByTheProviderIsIgnored() {
        ProviderLimiter limiter = limiter(rate(2));
        assertThat(limiter.lower(DEFAULT_ACCOUNT, 50, SECOND)).isFalse();
        assertThat(limiter.lower(DEFAULT_ACCOUNT, 120, Duration.ofMinutes(1))).isFalse();
        limiter.lower(DEFAULT_ACCOUNT, 1, SECOND);
        limiter.lower(DEFAULT_ACCOUNT, 2, SECOND);

        departed(limiter, Lane.INTERACTIVE);
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    @Test
    void limitOfALongerWindowIsScaledToOurs() {
        ProviderLimiter limiter = limiter(rate(10));
        limiter.lower(DEFAULT_ACCOUNT, 120, Duration.ofMinutes(1));

        departed(limiter, Lane.INTERACTIVE);
        departed(limiter, Lane.INTERACTIVE);
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    @Test
    void coolDownDelaysBothLanes() {
        ProviderLimiter limiter = limiter(rate(10));
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(3));

        for (Lane lane : Lane.values()) {
            Denied denied = denied(limiter.acquire(ONE, lane, SECOND));
            assertThat(denied.reason()).isEqualTo(Reason.COOL_DOWN);
            assertThat(denied.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        }
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(3));

        advance(Duration.ofSeconds(3));
        assertThat(limiter.status().coolDownLeft()).isZero();
        departed(limiter, Lane.INTERACTIVE);
        departed(limiter, Lane.BULK);
    }

    @Test
    void callerWithPatienceIsGrantedAStartAfterTheCoolDown() {
        ProviderLimiter limiter = limiter(rate(1));
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(3));

        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn()).isEqualTo(Duration.ofSeconds(3));
        assertThat(acquired(limiter, Lane.INTERACTIVE, PATIENT).startsIn())
                .isEqualTo(Duration.ofSeconds(3).plus(rate(1).slotTime()));
    }

    @Test
    void laterOfTwoCoolDownsHolds() {
        ProviderLimiter limiter = limiter(rate(10));
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(5));
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(2));
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(5));

        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(8));
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void coolDownDeniesAPermitThatHasNotDeparted() {
        ProviderLimiter limiter = limiter(rate(10));
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(2));

        Denied denied = denied(depart(limiter, permit));

        assertThat(denied.reason()).isEqualTo(Reason.COOL_DOWN);
        assertThat(denied.retryAfter()).isEqualTo(Duration.ofSeconds(2));
    }
}
