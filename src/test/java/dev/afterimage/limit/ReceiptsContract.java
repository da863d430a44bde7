package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Refused;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.Receipts.Holding;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.limit.Receipts.Settlement;
import dev.afterimage.testing.Purchases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of every {@link Receipts}, with the {@link ProviderLimiter} that writes them. */
public abstract class ReceiptsContract {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(60);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Limits WIDE = new Limits(1000, SECOND, OptionalInt.empty(), 1, LONGEST_CALL);
    private static final Limits ONE_IN_FLIGHT = new Limits(1000, SECOND, OptionalInt.of(1), 1, LONGEST_CALL);
    private static final CallOutcome FREE = new CallOutcome.NotBilled();
    private static final CallOutcome SILENCE = new CallOutcome.Unknown("silence", false);
    private static final CallOutcome ERROR = new CallOutcome.Unknown("500", true);
    private static final CallOutcome HTML = new CallOutcome.Unusable("html");
    private static final ImageKey KEY = new ImageKey("ab".repeat(32));
    private static final Purchase PURCHASE = Purchases.of(KEY);

    /** One process's access to a fleet without receipts, alone with its back end. */
    public record Fleet(ProviderLimiter limiter, Receipts receipts) {}

    protected abstract Fleet fleet(Limits limits, ReceiptRules rules);

    /** Lets time pass. */
    protected abstract void advance(Duration step);

    /** What the limiter's clock says. */
    protected abstract Instant now();

    private Fleet fleet(int repurchases) {
        return fleet(WIDE, new ReceiptRules(repurchases, 5));
    }

    private static Permit depart(Fleet fleet, Purchase purchase) {
        return fleet.limiter().depart((Granted) fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO), purchase);
    }

    private static Departed bought(Fleet fleet, Purchase purchase) {
        return (Departed) depart(fleet, purchase);
    }

    private static Departed bought(Fleet fleet) {
        return bought(fleet, PURCHASE);
    }

    private static Refused refused(Fleet fleet) {
        Refused refused = (Refused) depart(fleet, PURCHASE);
        assertThat(fleet.receipts().refusal(PURCHASE)).hasValueSatisfying(foreseen -> {
            assertThat(foreseen.state()).isEqualTo(refused.state());
            assertThat(foreseen.usedUp()).isEqualTo(refused.usedUp());
        });
        return refused;
    }

    private CallOutcome image() {
        return new CallOutcome.Image(now());
    }

    @Test
    void whileACallIsOpenNobodyElseBuysItsKey() {
        Fleet fleet = fleet(1);
        bought(fleet);
        advance(Duration.ofSeconds(10));

        Refused refused = refused(fleet);

        assertThat(refused.state()).isEqualTo(Receipt.State.OPEN);
        assertThat(refused.retryAfter()).isEqualTo(LONGEST_CALL.minusSeconds(10));
        assertThat(refused.usedUp()).isFalse();
        assertThat(depart(fleet, Purchases.next())).isInstanceOf(Departed.class);
    }

    @Test
    void redepartureIsStillTheSamePurchase() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);
        advance(SECOND);

        assertThat(fleet.limiter().redepart(call))
                .isInstanceOfSatisfying(
                        Departed.class,
                        again -> assertThat(again.at()).isEqualTo(call.at().plus(SECOND)));

        assertThat(fleet.receipts().find(KEY)).hasValueSatisfying(receipt -> {
            assertThat(receipt.purchases()).isEqualTo(1);
            assertThat(receipt.until()).isEqualTo(call.at().plus(SECOND).plus(LONGEST_CALL));
        });
    }

    /** A bug: a call that left after a DELETE counted as no purchase, and the next one had another idempotency key. */
    @Test
    void redepartureAfterADeleteIsAPurchase() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet, PURCHASE.withIdempotencySuffix("one"));
        fleet.receipts().noteDeleted(KEY, PURCHASE.period());
        advance(SECOND);

        assertThat(fleet.limiter().redepart(call)).isInstanceOf(Departed.class);

        assertThat(fleet.receipts().find(KEY)).hasValueSatisfying(receipt -> {
            assertThat(receipt.purchases()).isEqualTo(1);
            assertThat(receipt.idempotencySuffix()).isEqualTo("one");
        });
    }

    @Test
    void redepartedCallThatIsGivenBackLeavesTheImageThatItWasToReplace() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), image());
        Purchase anew = PURCHASE.havingSeen(now());
        advance(SECOND);
        Departed call = bought(fleet, anew);
        advance(SECOND);
        fleet.limiter().redepart(call);

        fleet.receipts().settle(call, FREE);

        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.IMAGE);
    }

    @Test
    void resumedJobThatIsGivenBackLeavesTheImageThatItWasToReplace() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), image());
        Purchase anew = PURCHASE.havingSeen(now());
        advance(SECOND);
        fleet.receipts().keepTicket(bought(fleet, anew), "job-7");
        advance(LONGEST_CALL);
        Receipts.Resumed resumed = fleet.receipts().resume(anew, Lane.BULK).orElseThrow();

        fleet.receipts().settle(resumed.call(), FREE);

        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.IMAGE);
    }

    @Test
    void openReceiptIsListedWithItsDetails() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);

        assertThat(fleet.receipts().list()).singleElement().satisfies(receipt -> {
            assertThat(receipt.key()).isEqualTo(KEY);
            assertThat(receipt.template()).isEqualTo("card");
            assertThat(receipt.departed()).isEqualTo(call.at());
            assertThat(receipt.until()).isEqualTo(call.at().plus(LONGEST_CALL));
            assertThat(receipt.listedAs(now())).contains("open");
        });
        advance(LONGEST_CALL);
        assertThat(fleet.receipts().list())
                .singleElement()
                .satisfies(receipt -> assertThat(receipt.listedAs(now())).contains("unknown"));
    }

    @Test
    void aCallThatWasNotBilledLeavesNothing() {
        Fleet fleet = fleet(0);
        fleet.receipts().settle(bought(fleet), FREE);

        assertThat(fleet.receipts().find(KEY)).isEmpty();
        assertThat(depart(fleet, PURCHASE)).isInstanceOf(Departed.class);
    }

    @Test
    void imageReceiptRefusesABuyerThatDoesNotKnowTheImage() {
        Fleet fleet = fleet(1);
        Instant made = now();
        fleet.receipts().settle(bought(fleet), new CallOutcome.Image(made));

        Refused refused = refused(fleet);

        assertThat(refused.state()).isEqualTo(Receipt.State.IMAGE);
        assertThat(refused.made()).isEqualTo(made);
        assertThat(fleet.receipts().list()).isEmpty();
        assertThat(depart(fleet, PURCHASE.havingSeen(made))).isInstanceOf(Departed.class);
    }

    @Test
    void withoutRepurchasesALostCallIsTheLastForItsPeriod() {
        Fleet fleet = fleet(0);
        Settlement settlement = fleet.receipts().settle(bought(fleet), SILENCE);

        assertThat(settlement.nextPurchase()).isEmpty();
        advance(LONGEST_CALL.multipliedBy(2));
        assertThat(refused(fleet).usedUp()).isTrue();
        advance(Purchases.PERIOD);
        assertThat(depart(fleet, PURCHASE)).isInstanceOf(Departed.class);
    }

    @Test
    void aLostCallIsBoughtAgainOnceButNotBeforeItMustHaveEnded() {
        Fleet fleet = fleet(1);
        Departed first = bought(fleet);
        advance(Duration.ofSeconds(20));

        assertThat(fleet.receipts().settle(first, ERROR).nextPurchase()).contains(LONGEST_CALL.minusSeconds(20));
        advance(LONGEST_CALL.minusSeconds(20).minusMillis(1));
        assertThat(refused(fleet).retryAfter()).isEqualTo(Duration.ofMillis(1));
        advance(Duration.ofMillis(1));
        assertThat(fleet.receipts().settle(bought(fleet), ERROR).nextPurchase()).isEmpty();
        assertThat(refused(fleet).usedUp()).isTrue();
    }

    @Test
    void callsWhoseHoldersDiedAreUnknownAndUseUpPurchases() {
        Fleet fleet = fleet(1);
        bought(fleet);
        advance(LONGEST_CALL);
        bought(fleet);
        advance(LONGEST_CALL);

        Refused refused = refused(fleet);

        assertThat(refused.state()).isEqualTo(Receipt.State.UNKNOWN);
        assertThat(refused.usedUp()).isTrue();
    }

    @Test
    void severalRepurchasesPauseAMinuteThatDoublesToAnHour() {
        Fleet fleet = fleet(WIDE, new ReceiptRules(9, 100));
        Duration[] pauses = new Duration[9];
        for (int purchase = 0; purchase < 9; purchase++) {
            pauses[purchase] =
                    fleet.receipts().settle(bought(fleet), HTML).nextPurchase().orElseThrow();
            advance(pauses[purchase]);
        }

        assertThat(pauses).extracting(Duration::toMinutes).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void anImageEndsTheCount() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), HTML);
        fleet.receipts().settle(bought(fleet), image());
        advance(Duration.ofMinutes(5));

        assertThat(fleet.receipts().settle(bought(fleet), HTML).nextPurchase()).contains(Duration.ZERO);
    }

    @Test
    void aRepurchaseThatWasNotBilledLeavesTheCountAsItWas() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), HTML);
        fleet.receipts().settle(bought(fleet), FREE);

        assertThat(fleet.receipts().find(KEY)).hasValueSatisfying(receipt -> {
            assertThat(receipt.state()).isEqualTo(Receipt.State.UNUSABLE);
            assertThat(receipt.purchases()).isEqualTo(1);
        });
        assertThat(fleet.receipts().settle(bought(fleet), HTML).nextPurchase()).isEmpty();
    }

    @Test
    void anOperatorAllowsOneMore() {
        Fleet fleet = fleet(0);
        assertThat(fleet.receipts().allowAnother(KEY)).isFalse();
        fleet.receipts().settle(bought(fleet), HTML);
        assertThat(refused(fleet).usedUp()).isTrue();

        assertThat(fleet.receipts().allowAnother(KEY)).isTrue();

        fleet.receipts().settle(bought(fleet), HTML);
        assertThat(refused(fleet).usedUp()).isTrue();
    }

    @Test
    void aRejectionIsRememberedAndNeverRefusesADeparture() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), new CallOutcome.Rejected("DATA no title", Duration.ofMinutes(1)));

        assertThat(fleet.receipts().refusal(PURCHASE)).hasValueSatisfying(refused -> {
            assertThat(refused.state()).isEqualTo(Receipt.State.REJECTED);
            assertThat(refused.detail()).isEqualTo("DATA no title");
        });
        fleet.receipts().settle(bought(fleet), FREE);
        fleet.receipts().settle(bought(fleet), new CallOutcome.Rejected("DATA no title", Duration.ofMinutes(1)));
        advance(Duration.ofMinutes(1));
        assertThat(fleet.receipts().refusal(PURCHASE)).isEmpty();
    }

    @Test
    void imageDeletedDuringItsCallIsNotStoredAndMayBeBoughtAgainAfterIt() {
        Fleet fleet = fleet(0);
        Departed call = bought(fleet);
        assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.HELD);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);

        assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.DELETED);
        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.OPEN);
        assertThat(fleet.receipts().settle(call, image()).deleted()).isTrue();
        assertThat(fleet.receipts().settle(bought(fleet), image()).deleted()).isFalse();
    }

    /** The stamp may lie ahead of the DELETE that follows it. */
    @Test
    void aDeleteBetweenAStampAndTheDepartureThatItNamesIsNoted() {
        Fleet fleet = fleet(new Limits(1, SECOND, OptionalInt.empty(), 1, LONGEST_CALL), new ReceiptRules(1, 5));
        bought(fleet, Purchases.next());
        advance(Duration.ofMillis(900));
        Granted permit = (Granted) fleet.limiter().acquire(ONE, Lane.INTERACTIVE, SECOND);
        Departed call = (Departed) fleet.limiter().depart(permit, PURCHASE);
        assertThat(call.at()).isAfter(now());

        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);

        assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.DELETED);
    }

    @Test
    void holderThatThawsAfterADeleteDoesNotStoreItsImage() {
        Fleet fleet = fleet(1);
        Departed frozen = bought(fleet);
        advance(SECOND);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        advance(LONGEST_CALL);
        Departed other = bought(fleet);

        assertThat(fleet.receipts().hold(frozen)).isEqualTo(Holding.DELETED);
        assertThat(fleet.receipts().settle(frozen, image()).deleted()).isTrue();
        assertThat(fleet.receipts().hold(other)).isEqualTo(Holding.HELD);
        fleet.receipts().settle(other, image());
        assertThat(fleet.receipts().hold(frozen)).isEqualTo(Holding.DELETED);
    }

    @Test
    void aDeleteStaysNotedWhenALaterCallWasNotBilled() {
        Fleet fleet = fleet(1);
        Departed frozen = bought(fleet);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        advance(LONGEST_CALL);

        fleet.receipts().settle(bought(fleet), FREE);

        assertThat(fleet.receipts().isDeleted(KEY)).isTrue();
        assertThat(fleet.receipts().hold(frozen)).isEqualTo(Holding.DELETED);
        assertThat(fleet.receipts().settle(frozen, image()).deleted()).isTrue();
        assertThat(fleet.receipts().settle(bought(fleet), image()).deleted()).isFalse();
    }

    /** A plan makes anew what would not last until the next one. */
    @Test
    void anImageBoughtAfterADeleteIsNotDeletedWhenItsRenewalWasNotBilled() {
        Fleet fleet = fleet(1);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        advance(SECOND);
        fleet.receipts().settle(bought(fleet), image());
        Refused image = refused(fleet);

        Purchase renewal = PURCHASE.havingSeen(image.made());
        Departed call = bought(fleet, renewal);
        fleet.receipts().settle(call, FREE);

        assertThat(fleet.receipts().isDeleted(KEY)).isFalse();
        assertThat(refused(fleet)).isEqualTo(image);
        assertThat(fleet.receipts().hold(call)).as("it has ended").isEqualTo(Holding.LOST);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        fleet.receipts().settle(bought(fleet), FREE);
        assertThat(fleet.receipts().isDeleted(KEY)).isTrue();
    }

    @Test
    void aDeleteStaysNotedWhenTheReceiptOfTheCallWouldHaveEnded() {
        Fleet fleet = fleet(1);
        Departed frozen = bought(fleet);
        advance(LONGEST_CALL.plus(Purchases.PERIOD).minus(SECOND));
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        advance(Purchases.PERIOD.minus(SECOND));

        assertThat(fleet.receipts().hold(frozen)).isEqualTo(Holding.DELETED);
        assertThat(fleet.receipts().settle(frozen, image()).deleted()).isTrue();
    }

    /** The deleted call may still run: whoever asks waits for its end, and is not told of an unknown outcome. */
    @Test
    void keyDeletedAfterAnUnknownOutcomeIsUnderWayUntilTheCallMustHaveEnded() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), SILENCE);
        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.UNKNOWN);

        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);

        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.OPEN);
        assertThat(refused(fleet).retryAfter()).isEqualTo(LONGEST_CALL);
        advance(LONGEST_CALL);
        assertThat(fleet.receipts().settle(bought(fleet), image()).deleted()).isFalse();
    }

    @Test
    void deletedKeyMayBeBoughtAtOnce() {
        Fleet fleet = fleet(0);
        fleet.receipts().settle(bought(fleet), HTML);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);

        Departed call = bought(fleet);

        assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.HELD);
        assertThat(fleet.receipts().settle(call, image()).deleted()).isFalse();
    }

    @Test
    void holderThatThawsAfterAnotherPurchaseHasLostItsReceipt() {
        Fleet fleet = fleet(1);
        Departed frozen = bought(fleet);
        advance(LONGEST_CALL);
        Departed other = bought(fleet);

        assertThat(fleet.receipts().hold(frozen)).isEqualTo(Holding.LOST);
        fleet.receipts().settle(frozen, FREE);
        assertThat(fleet.receipts().hold(other)).isEqualTo(Holding.HELD);
    }

    @Test
    void aLateImageEndsTheWaitForARepurchase() {
        Fleet fleet = fleet(3);
        Departed frozen = bought(fleet);
        advance(LONGEST_CALL);
        fleet.receipts().settle(bought(fleet), SILENCE);

        fleet.receipts().settle(frozen, image());

        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.IMAGE);
    }

    @Test
    void holdExtendsAReceiptPastItsEnd() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);
        for (int hold = 0; hold < 10; hold++) {
            advance(LONGEST_CALL.dividedBy(5));
            assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.HELD);
        }

        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.OPEN);
    }

    @Test
    void anOpenReceiptIsThePlaceInFlight() {
        Fleet fleet = fleet(ONE_IN_FLIGHT, new ReceiptRules(1, 5));
        Departed call = bought(fleet);
        assertThat(fleet.limiter().status().inFlight()).isEqualTo(1);

        fleet.receipts().settle(call, ERROR);

        assertThat(fleet.limiter().status().inFlight()).isZero();
    }

    @Test
    void aCallThatWasNotAnsweredIsInFlightUntilItMustHaveEnded() {
        Fleet fleet = fleet(ONE_IN_FLIGHT, new ReceiptRules(1, 5));
        fleet.receipts().settle(bought(fleet), SILENCE);
        advance(LONGEST_CALL.minusMillis(1));
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Denied.class);

        advance(Duration.ofMillis(1));

        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Granted.class);
    }

    @Test
    void aRefusedDepartureGivesItsPlaceBack() {
        Fleet fleet = fleet(new Limits(1000, SECOND, OptionalInt.of(2), 1, LONGEST_CALL), new ReceiptRules(1, 5));
        bought(fleet);

        refused(fleet);

        assertThat(fleet.limiter().status().inFlight()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void stopLetsProbesThroughAndAnImageEndsIt(LaneStop.Reason reason) {
        Fleet fleet = fleet(1);
        depart(fleet, Purchases.next()); // no restart is due any more
        Instant since = now();
        fleet.limiter().stop(DEFAULT_ACCOUNT, reason);
        advance(reason.probedEvery().minusMillis(1));

        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO))
                .isEqualTo(new Permit.Stopped(reason, Duration.ofMillis(1)));
        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isInstanceOf(reason.concerns(Lane.INTERACTIVE) ? Permit.Stopped.class : Granted.class);
        assertThat(fleet.limiter().status().accounts().getFirst().stops()).containsExactly(new LaneStop(reason, since));
        advance(Duration.ofMillis(1));
        Departed probe = bought(fleet);
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Permit.Stopped.class);
        fleet.receipts().settle(probe, image());
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Granted.class);
        assertThat(fleet.limiter().status().accounts().getFirst().stops()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aCallThatLeftBeforeAStopDoesNotEndIt(LaneStop.Reason reason) {
        Fleet fleet = fleet(1);
        Departed before = bought(fleet, Purchases.next());
        advance(Duration.ofMillis(1));
        fleet.limiter().stop(DEFAULT_ACCOUNT, reason);

        fleet.receipts().settle(before, image());

        assertThat(fleet.limiter().status().accounts().getFirst().stops())
                .extracting(LaneStop::reason)
                .containsExactly(reason);
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Permit.Stopped.class);
    }

    @ParameterizedTest
    @EnumSource
    void unansweredProbeKeepsTheStopAndTheNextComesAtItsTime(LaneStop.Reason reason) {
        Fleet fleet = fleet(1);
        depart(fleet, Purchases.next()); // no restart is due any more
        fleet.limiter().stop(DEFAULT_ACCOUNT, reason);
        advance(reason.probedEvery());
        Departed throttled = bought(fleet);
        advance(SECOND);
        fleet.receipts().settle(throttled, FREE);
        fleet.limiter().coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(5));

        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO))
                .isEqualTo(new Permit.Stopped(reason, reason.probedEvery().minus(SECOND)));
        advance(reason.probedEvery().minus(SECOND));
        fleet.receipts().settle(bought(fleet), image());
        assertThat(fleet.limiter().status().accounts().getFirst().stops()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aProbeThatNeverLeftIsFollowedByAnotherWhenItsPermitHasLapsed(LaneStop.Reason reason) {
        Fleet fleet = fleet(1);
        depart(fleet, Purchases.next()); // no restart is due any more
        fleet.limiter().stop(DEFAULT_ACCOUNT, reason);
        advance(reason.probedEvery());
        Granted probe = (Granted) fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO);
        fleet.limiter().release(probe);
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO))
                .isEqualTo(new Permit.Stopped(reason, WIDE.grace()));

        advance(WIDE.grace());

        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Granted.class);
    }

    @Test
    void unusableAnswerSettledTwiceCountsOnce() {
        Fleet fleet = fleet(WIDE, new ReceiptRules(1, 2));
        Departed call = bought(fleet);

        fleet.receipts().settle(call, HTML);
        fleet.receipts().settle(call, HTML);

        assertThat(fleet.limiter().status().accounts().getFirst().stops()).isEmpty();
        assertThat(fleet.receipts().find(KEY))
                .hasValueSatisfying(receipt -> assertThat(receipt.purchases()).isEqualTo(1));
    }

    @Test
    void aHoldThatComesAfterTheCallHasEndedWritesNoReceipt() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);
        fleet.receipts().settle(call, FREE);

        assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.LOST);

        assertThat(fleet.receipts().find(KEY)).isEmpty();
        assertThat(depart(fleet, PURCHASE)).isInstanceOf(Departed.class);
    }

    @Test
    void anImageIsDeletedUntilTheKeyIsBoughtAgain() {
        Fleet fleet = fleet(1);
        fleet.receipts().settle(bought(fleet), image());
        assertThat(fleet.receipts().isDeleted(KEY)).isFalse();
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        assertThat(fleet.receipts().isDeleted(KEY)).isTrue();

        Departed call = bought(fleet);
        assertThat(fleet.receipts().isDeleted(KEY)).isFalse();
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        assertThat(fleet.receipts().isDeleted(KEY)).isTrue();
        assertThat(fleet.receipts().settle(call, image()).deleted()).isTrue();
        assertThat(fleet.receipts().isDeleted(KEY)).isTrue();

        fleet.receipts().settle(bought(fleet), image());
        assertThat(fleet.receipts().isDeleted(KEY)).isFalse();
    }

    @Test
    void purchaseAfterADeleteHasANewIdempotencyKey() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet, PURCHASE.withIdempotencySuffix("1"));
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        assertThat(fleet.receipts().find(KEY)).map(Receipt::idempotencySuffix).contains("");
        fleet.receipts().settle(call, SILENCE);
        advance(LONGEST_CALL);

        bought(fleet, PURCHASE.withIdempotencySuffix("2"));

        assertThat(fleet.receipts().find(KEY)).map(Receipt::idempotencySuffix).contains("2");
    }

    @Test
    void probeWithoutASlotIsTriedAgain() {
        Fleet fleet = fleet(new Limits(1, SECOND, OptionalInt.empty(), 1, LONGEST_CALL), new ReceiptRules(1, 5));
        bought(fleet, Purchases.next());
        fleet.limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.UNUSABLE_ANSWERS);
        advance(LaneStop.Reason.UNUSABLE_ANSWERS.probedEvery());
        fleet.limiter().coolDown(DEFAULT_ACCOUNT, SECOND);
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Denied.class);

        advance(SECOND);

        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Granted.class);
    }

    @Test
    void unusableAnswersInARowStopTheBulkLaneWhateverTheKeys() {
        Fleet fleet = fleet(WIDE, new ReceiptRules(1, 3));
        for (int answer = 0; answer < 2; answer++) {
            fleet.receipts().settle(bought(fleet, Purchases.next()), HTML);
        }
        fleet.receipts().settle(bought(fleet, Purchases.next()), image());
        for (int answer = 0; answer < 3; answer++) {
            assertThat(fleet.limiter().status().accounts().getFirst().stops()).isEmpty();
            fleet.receipts().settle(bought(fleet, Purchases.next()), HTML);
        }

        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO))
                .isEqualTo(new Permit.Stopped(LaneStop.Reason.UNUSABLE_ANSWERS, Duration.ofMinutes(15)));
        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ofMinutes(5)))
                .isInstanceOf(Granted.class);
    }

    @Test
    void callExpectedToEndAfterTheDeadlineIsNotMadeForAWaitingCaller() {
        Fleet fleet = fleet(1);
        Departed slow = bought(fleet);
        advance(Duration.ofSeconds(8));
        fleet.receipts().settle(slow, image());

        // Of one call twice its time is expected.
        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ofSeconds(15)))
                .isInstanceOf(Denied.class);
        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ofSeconds(16)))
                .isInstanceOf(Granted.class);
        assertThat(fleet.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Granted.class);
    }

    @Test
    void denialForItsLatencyAlsoSaysWhenACallMayLeave() {
        Fleet fleet = fleet(new Limits(1, SECOND, OptionalInt.empty(), 1, LONGEST_CALL), new ReceiptRules(1, 5));
        fleet.receipts().settle(bought(fleet, Purchases.next()), image());
        advance(Duration.ofSeconds(2));
        Departed slow = bought(fleet);
        advance(Duration.ofSeconds(40));
        fleet.receipts().settle(slow, image());
        Duration expected = ((Denied) fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ZERO)).retryAfter();
        assertThat(expected).isBetween(Duration.ofSeconds(20), LONGEST_CALL);

        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ofSeconds(15)))
                .isEqualTo(new Denied(expected, Duration.ZERO, Permit.Reason.RATE));
        bought(fleet, Purchases.next());
        Duration slot = Duration.ofMillis(1020);
        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, expected))
                .isEqualTo(new Denied(slot.plus(expected), slot, Permit.Reason.RATE));
        fleet.limiter().coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(10));
        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ofSeconds(15)))
                .isEqualTo(new Denied(expected, Duration.ofSeconds(10), Permit.Reason.RATE));
    }

    @Test
    void timeThatAnImageWaitedForTheStoreIsNoLatency() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);
        advance(LONGEST_CALL.plus(SECOND));
        fleet.receipts().settle(call, image());

        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isInstanceOf(Granted.class);
    }

    @Test
    void imageThatIsToldLateIsNoLatency() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);
        advance(Duration.ofSeconds(20));
        fleet.receipts().settle(call, new CallOutcome.Image(now(), true));

        assertThat(fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isInstanceOf(Granted.class);
    }

    @Test
    void providersJobIsResumedAfterItsHolderDied() {
        Fleet fleet = fleet(0);
        Departed call = bought(fleet);
        fleet.receipts().keepTicket(call, "job-7");
        advance(LONGEST_CALL);

        assertThat(fleet.receipts().refusal(PURCHASE))
                .hasValueSatisfying(refused -> assertThat(refused.resumable()).isTrue());
        Receipts.Resumed resumed = fleet.receipts().resume(PURCHASE, Lane.BULK).orElseThrow();
        assertThat(resumed.ticket()).isEqualTo("job-7");
        assertThat(fleet.receipts().hold(call)).isEqualTo(Holding.LOST);
        assertThat(fleet.receipts().hold(resumed.call())).isEqualTo(Holding.HELD);
        fleet.receipts().settle(resumed.call(), image());
        assertThat(refused(fleet).state()).isEqualTo(Receipt.State.IMAGE);
        assertThat(fleet.receipts().resume(PURCHASE, Lane.BULK)).isEqualTo(Optional.empty());
    }

    @Test
    void providersJobThatHasNotEndedAfterADayIsNotResumedAgain() {
        Fleet fleet = fleet(0);
        Departed call = bought(fleet);
        fleet.receipts().keepTicket(call, "job-7");
        advance(Duration.ofHours(23));
        Departed resumed =
                fleet.receipts().resume(PURCHASE, Lane.BULK).orElseThrow().call();
        fleet.receipts().settle(resumed, SILENCE);
        assertThat(refused(fleet).resumable()).isTrue();

        advance(Duration.ofHours(1));

        assertThat(refused(fleet).resumable()).isFalse();
        assertThat(refused(fleet).usedUp()).isTrue();
        assertThat(fleet.receipts().resume(PURCHASE, Lane.BULK)).isEqualTo(Optional.empty());
    }

    @Test
    void providersJobThatEndedWithoutAnImageIsBoughtAnewAndNotResumed() {
        Fleet fleet = fleet(1);
        Departed call = bought(fleet);
        fleet.receipts().keepTicket(call, "job-7");
        fleet.receipts().settle(call, HTML);

        assertThat(fleet.receipts().refusal(PURCHASE)).isEmpty();
        assertThat(fleet.receipts().resume(PURCHASE, Lane.BULK)).isEqualTo(Optional.empty());
        Departed second = bought(fleet);
        fleet.receipts().keepTicket(second, "job-8");
        fleet.receipts().settle(second, HTML);
        assertThat(refused(fleet)).returns(true, Permit.Refused::usedUp).returns(false, Permit.Refused::resumable);
    }

    @Test
    void providersJobThatWasRefusedAfterAllLeavesNoJobToTheCallBeforeIt() {
        Fleet fleet = fleet(2);
        Departed unknown = bought(fleet);
        fleet.receipts().settle(unknown, SILENCE);
        advance(LONGEST_CALL);
        Departed second = bought(fleet);
        fleet.receipts().keepTicket(second, "job-8");
        fleet.receipts().settle(second, new CallOutcome.Rejected("DATA no title", Duration.ZERO));

        assertThat(fleet.receipts().refusal(PURCHASE)).isEmpty();
        assertThat(fleet.receipts().resume(PURCHASE, Lane.BULK)).isEqualTo(Optional.empty());
    }

    @Test
    void providersJobDeletedMeanwhileIsBoughtAnewAfterItsEnd() {
        Fleet fleet = fleet(0);
        Departed call = bought(fleet);
        fleet.receipts().keepTicket(call, "job-7");
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);

        assertThat(refused(fleet).resumable()).isFalse();
        assertThat(fleet.receipts().resume(PURCHASE, Lane.BULK)).isEqualTo(Optional.empty());
        advance(LONGEST_CALL);
        Departed anew = bought(fleet);
        assertThat(fleet.receipts().hold(anew)).isEqualTo(Holding.HELD);
    }

    @Test
    void deletedProvidersJobOfUnknownOutcomeIsNotResumed() {
        Fleet fleet = fleet(0);
        Departed call = bought(fleet);
        fleet.receipts().keepTicket(call, "job-7");
        fleet.receipts().settle(call, SILENCE);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);

        assertThat(refused(fleet).resumable()).isFalse();
        assertThat(fleet.receipts().resume(PURCHASE, Lane.BULK)).isEqualTo(Optional.empty());
    }

    @Test
    void processedProbeEndsTheStopsOfKeyAndAccountOnly() {
        Fleet fleet = fleet(1);
        List<Departed> probes = List.of(bought(fleet, Purchases.next()), bought(fleet, Purchases.next()));
        List<CallOutcome> dealtWith = List.of(HTML, new CallOutcome.Rejected("DATA no title", Duration.ZERO));
        for (int probe = 0; probe < probes.size(); probe++) {
            fleet.limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.ACCESS_REFUSED);
            fleet.limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.OUT_OF_CREDITS);
            fleet.limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.UNUSABLE_ANSWERS);

            fleet.receipts().settle(probes.get(probe), dealtWith.get(probe));

            assertThat(fleet.limiter().status().accounts().getFirst().stops())
                    .extracting(LaneStop::reason)
                    .containsExactly(LaneStop.Reason.UNUSABLE_ANSWERS);
        }
    }

    @Test
    void manyImageReceiptsDoNotHideOpenOnesFromTheList() {
        Fleet fleet = fleet(0);
        fleet.receipts().settle(bought(fleet, Purchases.next()), image());
        fleet.receipts().settle(bought(fleet), SILENCE);

        assertThat(fleet.receipts().list()).extracting(Receipt::key).containsExactly(KEY);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        advance(LONGEST_CALL);
        fleet.receipts().noteDeleted(KEY, Purchases.PERIOD);
        assertThat(fleet.receipts().list()).isEmpty();
    }
}
