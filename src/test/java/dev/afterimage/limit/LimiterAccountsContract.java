package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.Permit.Stopped;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.testing.Purchases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The part of {@link ProviderLimiterContract} that says what several accounts share, and what they don't. */
abstract class LimiterAccountsContract extends LimiterLineContract {

    private static final List<String> BOTH = List.of("one", "two");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static AccountLimits accounts(Limits one, Limits two) {
        return new AccountLimits(new TreeMap<>(Map.of("one", one, "two", two)), BOTH);
    }

    private ProviderLimiter limiter(Limits one, Limits two) {
        return limiter(accounts(one, two));
    }

    private static Granted acquired(ProviderLimiter limiter, Duration patience) {
        return (Granted) limiter.acquire(BOTH, Lane.INTERACTIVE, patience);
    }

    private static Departed departed(ProviderLimiter limiter) {
        return (Departed) depart(limiter, acquired(limiter, NOW_OR_NEVER));
    }

    private static Denied denied(ProviderLimiter limiter, Duration patience) {
        return denied(limiter.acquire(BOTH, Lane.INTERACTIVE, patience));
    }

    private static String nextAccount(ProviderLimiter limiter) {
        Granted permit = acquired(limiter, NOW_OR_NEVER);
        limiter.release(permit);
        return permit.account();
    }

    @Test
    void eachAccountHasAWindowOfItsOwn() {
        ProviderLimiter limiter = limiter(rate(2), rate(3));

        Map<String, Long> calls = Stream.generate(
                        () -> departed(limiter).purchase().account())
                .limit(5)
                .collect(Collectors.groupingBy(account -> account, Collectors.counting()));

        assertThat(calls).containsExactlyInAnyOrderEntriesOf(Map.of("one", 2L, "two", 3L));
        assertThat(denied(limiter, NOW_OR_NEVER)).isEqualTo(new Denied(rate(2).slotTime(), Reason.RATE));
    }

    @Test
    void aCallTakesTheAccountThatCanStartFirst() {
        Limits slow = new Limits(1, MINUTE, OptionalInt.empty(), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(slow, rate(1));
        departed(limiter);
        advance(Duration.ofMillis(300));
        departed(limiter);

        Granted next = acquired(limiter, PATIENT);

        assertThat(next.account()).isEqualTo("two");
        assertThat(next.startsIn()).isEqualTo(rate(1).slotTime());
        assertThat(acquired(limiter, PATIENT).startsIn())
                .isEqualTo(rate(1).slotTime().multipliedBy(2));
    }

    @Test
    void ofTwoThatCanStartAtTheSameTimeTheFirstIsTaken() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));

        assertThat(nextAccount(limiter)).isEqualTo("one");
        Granted reversed = (Granted) limiter.acquire(List.of("two", "one"), Lane.INTERACTIVE, NOW_OR_NEVER);
        assertThat(reversed.account()).isEqualTo("two");
    }

    @Test
    void whereNoneCanStartTheLeastWaitIsTold() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        departed(limiter);
        advance(Duration.ofMillis(300));
        departed(limiter);

        assertThat(denied(limiter, NOW_OR_NEVER).retryAfter())
                .isEqualTo(rate(1).slotTime().minusMillis(300));
    }

    @Test
    void fromWhenOnACallOfAnyMightLeaveIsTold() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        Departed slow = departed(limiter);
        advance(Duration.ofSeconds(15));
        receipts().settle(slow, new CallOutcome.Image(Instant.EPOCH));
        limiter.coolDown("two", Duration.ofSeconds(10));

        assertThat(denied(limiter, Duration.ofSeconds(5)))
                .isEqualTo(new Denied(Duration.ofSeconds(10), Duration.ZERO, Reason.COOL_DOWN));
    }

    @Test
    void aCoolDownIsAnAccounts() {
        ProviderLimiter limiter = limiter(rate(1), rate(2));

        limiter.coolDown("one", MINUTE);

        assertThat(departed(limiter).purchase().account()).isEqualTo("two");
        assertThat(limiter.status().accounts())
                .extracting(LimiterStatus.Account::name, LimiterStatus.Account::coolDownLeft)
                .containsExactly(tuple("one", MINUTE), tuple("two", Duration.ZERO));
        assertThat(limiter.status().coolDownLeft()).isZero();
        limiter.coolDown("two", Duration.ofSeconds(40));
        assertThat(denied(limiter, NOW_OR_NEVER)).isEqualTo(new Denied(Duration.ofSeconds(40), Reason.COOL_DOWN));
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void aPermitThatACoolDownOvertookDoesNotLeaveAndAnotherAccountsDoes() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        Granted one = acquired(limiter, NOW_OR_NEVER);
        Granted two = acquired(limiter, NOW_OR_NEVER);

        limiter.coolDown("one", MINUTE);

        assertThat(denied(depart(limiter, one))).isEqualTo(new Denied(MINUTE, Reason.COOL_DOWN));
        assertThat(two.account()).isEqualTo("two");
        assertThat(depart(limiter, two)).isInstanceOf(Departed.class);
    }

    @ParameterizedTest
    @EnumSource
    void aStopIsAnAccountsAndAStoppedOneIsNoCandidate(LaneStop.Reason reason) {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        leaveOnce(limiter);

        limiter.stop("one", reason);

        assertThat(((Granted) limiter.acquire(BOTH, Lane.BULK, NOW_OR_NEVER)).account())
                .isEqualTo("two");
        assertThat(limiter.status().accounts())
                .extracting(account -> account.stops().size())
                .containsExactly(1, 0);
        assertThat(limiter.acquire(BOTH, Lane.BULK, NOW_OR_NEVER))
                .as("the other one is full, which is no stop")
                .isInstanceOf(Denied.class);
    }

    @Test
    void onlyWhereAllAreStoppedThatIsTheAnswerWithTheLeastWait() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        leaveOnce(limiter);
        limiter.stop("one", LaneStop.Reason.OUT_OF_CREDITS);
        limiter.stop("two", LaneStop.Reason.ACCESS_REFUSED);

        assertThat(limiter.acquire(BOTH, Lane.INTERACTIVE, NOW_OR_NEVER))
                .isEqualTo(new Stopped(LaneStop.Reason.ACCESS_REFUSED, MINUTE));
    }

    /** Else it would stay stopped for as long as the other one has room. */
    @Test
    void aProbeThatIsDueGoesBeforeAnAccountThatCouldStartAtTheSameTime() {
        ProviderLimiter limiter = limiter(rate(9), rate(9));
        leaveOnce(limiter);
        limiter.stop("two", LaneStop.Reason.ACCESS_REFUSED);
        advance(MINUTE);

        Departed probe = departed(limiter);

        assertThat(probe.purchase().account()).isEqualTo("two");
        assertThat(nextAccount(limiter)).isEqualTo("one");
        receipts().settle(probe, new CallOutcome.Rejected("data", Duration.ZERO));
        assertThat(limiter.status().accounts().getLast().stops()).isEmpty();
    }

    /** A process that has just started finds out at once whether a key was mended, of every account. */
    private static void leaveOnce(ProviderLimiter limiter) {
        for (String account : BOTH) {
            limiter.release((Granted) limiter.acquire(List.of(account), Lane.INTERACTIVE, NOW_OR_NEVER));
        }
    }

    @Test
    void placesInFlightAreAnAccounts() {
        Limits one = new Limits(100, SECOND, OptionalInt.of(1), 1, Duration.ofSeconds(20));
        Limits two = new Limits(100, SECOND, OptionalInt.of(2), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(one, two);

        List<Departed> calls = Stream.generate(() -> departed(limiter)).limit(3).toList();

        assertThat(denied(limiter, PATIENT).reason()).isEqualTo(Reason.CONCURRENCY);
        assertThat(limiter.status().accounts())
                .extracting(LimiterStatus.Account::inFlight)
                .containsExactly(1, 2);
        assertThat(limiter.status().inFlight()).isEqualTo(3);
        ended(calls.getFirst());
        assertThat(nextAccount(limiter)).isEqualTo(calls.getFirst().purchase().account());
    }

    @Test
    void theBulkLaneHasItsShareOfEachAccount() {
        ProviderLimiter limiter = limiter(rateWithBulkShare(4, 0.5), rateWithBulkShare(2, 0.5));

        Map<String, Long> calls = Stream.generate(() ->
                        (Departed) depart(limiter, (Granted) limiter.acquire(BOTH, Lane.BULK, NOW_OR_NEVER)))
                .limit(3)
                .collect(Collectors.groupingBy(call -> call.purchase().account(), Collectors.counting()));

        assertThat(calls).containsExactlyInAnyOrderEntriesOf(Map.of("one", 2L, "two", 1L));
        denied(limiter.acquire(BOTH, Lane.BULK, NOW_OR_NEVER));
        assertThat(nextAccount(limiter)).isEqualTo("one");
    }

    @Test
    void aLowerLimitIsAnAccounts() {
        ProviderLimiter limiter = limiter(rate(5), rate(2));

        assertThat(limiter.lower("one", 1, SECOND)).isTrue();
        assertThat(limiter.lower("two", 2, SECOND)).isFalse();

        Stream.generate(() -> departed(limiter)).limit(3).forEach(call -> {});
        denied(limiter, NOW_OR_NEVER);
    }

    @Test
    void aReleasedPermitGivesBackThePlaceOfItsAccount() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        Granted one = acquired(limiter, NOW_OR_NEVER);
        acquired(limiter, NOW_OR_NEVER);
        denied(limiter, NOW_OR_NEVER);

        limiter.release(one);

        assertThat(acquired(limiter, NOW_OR_NEVER).account()).isEqualTo("one");
    }

    @Test
    void theReceiptHoldsTheAccountAndWhoGoesOnWithAJobHasItsKey() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        departed(limiter);
        Purchase purchase = Purchases.next();
        Departed call = (Departed) limiter.depart(acquired(limiter, NOW_OR_NEVER), purchase);
        receipts().keepTicket(call, "job-7");

        assertThat(receipts().find(purchase.key()))
                .hasValueSatisfying(receipt -> assertThat(receipt.account()).isEqualTo("two"));
        advance(Duration.ofSeconds(20));
        assertThat(receipts().resume(purchase, Lane.INTERACTIVE))
                .hasValueSatisfying(resumed ->
                        assertThat(resumed.call().purchase().account()).isEqualTo("two"));
    }

    @Test
    void whoEndsAJobGivesBackThePlaceOfTheCallThatBeganIt() {
        Limits one = new Limits(9, SECOND, OptionalInt.of(1), 1, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(one, rate(1));
        Purchase purchase = Purchases.next();
        Departed call = (Departed) limiter.depart(acquired(limiter, NOW_OR_NEVER), purchase);
        receipts().keepTicket(call, "job-7");
        Departed second = receipts().resume(purchase, Lane.BULK).orElseThrow().call();
        Departed third = receipts().resume(purchase, Lane.BULK).orElseThrow().call();
        assertThat(limiter.status().inFlight()).isEqualTo(1);

        receipts().settle(second, new CallOutcome.NotBilled());
        assertThat(limiter.status().inFlight())
                .as("it holds no receipt any more")
                .isEqualTo(1);
        receipts().settle(third, new CallOutcome.Image(Instant.EPOCH, false));

        assertThat(limiter.status().inFlight()).isZero();
    }

    @Test
    void aReceiptStandsAgainstTheKeyWhateverTheAccount() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        Purchase purchase = Purchases.next();
        limiter.depart(acquired(limiter, NOW_OR_NEVER), purchase);

        Granted other = acquired(limiter, NOW_OR_NEVER);

        assertThat(other.account()).isEqualTo("two");
        assertThat(limiter.depart(other, purchase)).isInstanceOf(Permit.Refused.class);
    }

    @Test
    void unusableAnswersAreCountedByAccount() {
        ProviderLimiter limiter = limiter(rate(99), rate(99));
        for (int call = 0; call < 4; call++) {
            for (String account : BOTH) {
                Granted permit = (Granted) limiter.acquire(List.of(account), Lane.BULK, NOW_OR_NEVER);
                receipts().settle((Departed) depart(limiter, permit), new CallOutcome.Unusable("html"));
            }
        }
        assertThat(limiter.status().accounts())
                .allSatisfy(account -> assertThat(account.stops()).isEmpty());

        Granted fifth = (Granted) limiter.acquire(List.of("two"), Lane.BULK, NOW_OR_NEVER);
        receipts().settle((Departed) depart(limiter, fifth), new CallOutcome.Unusable("html"));

        assertThat(limiter.status().accounts())
                .extracting(account -> account.stops().size())
                .containsExactly(0, 1);
    }

    @Test
    void anAccountThatIsConfiguredNoMoreIsStillSettled() {
        ProviderLimiter limiter = limiter(rate(1), rate(1));
        Purchase purchase = Purchases.next();
        Granted gone = (Granted) limiter.acquire(List.of("gone"), Lane.INTERACTIVE, NOW_OR_NEVER);
        Departed call = (Departed) limiter.depart(gone, purchase);

        receipts().settle(call, new CallOutcome.NotBilled());

        assertThat(receipts().find(purchase.key())).isEmpty();
    }
}
