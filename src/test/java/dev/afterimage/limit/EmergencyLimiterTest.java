package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EmergencyLimiterTest {

    private static final Limits LIMITS =
            new Limits(20, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));
    private static final Duration HICCUP = Duration.ofSeconds(EmergencyLimiter.LONGEST_HICCUP_SECONDS);
    /** Of a link with the default time-out and rest. */
    private static final Duration SILENCE = Duration.ofMillis(1500);

    private static final Duration SETTLED =
            LIMITS.slotTime().plus(OutageTimes.of(SILENCE).noticedWithin());
    private static final Duration NOW_OR_NEVER = Duration.ZERO;

    private final MutableClock clock = new MutableClock();
    private final Events events = new Events();
    private final LosableLimiter fleet = new LosableLimiter(new MemoryLimiter(LIMITS, clock::nanoTime));
    private final EmergencyLimiter limiter = instance();

    private EmergencyLimiter instance() {
        return new EmergencyLimiter(fleet, LIMITS, 0.1, SILENCE, events, clock::nanoTime);
    }

    private static final class Events implements EmergencyListener {
        final List<String> told = new ArrayList<>();

        @Override
        public void lost() {
            told.add("lost");
        }

        @Override
        public void found() {
            told.add("found");
        }

        @Override
        public void permitted(Lane lane) {
            told.add("permitted");
        }
    }

    /** How many calls leave now. */
    private int leave(ProviderLimiter asked) {
        int left = 0;
        while (asked.acquire(Lane.INTERACTIVE, NOW_OR_NEVER) instanceof Granted granted
                && asked.depart(granted) instanceof Granted) {
            asked.release(granted);
            left++;
        }
        return left;
    }

    /** How many calls leave in a while, asking every 50 ms. */
    private int leaveFor(Duration while_) {
        int left = 0;
        for (Duration passed = Duration.ZERO; passed.compareTo(while_) < 0; passed = passed.plusMillis(50)) {
            left += leave(limiter);
            clock.advance(Duration.ofMillis(50));
        }
        return left;
    }

    private static Denied denied(Permit permit) {
        assertThat(permit).isInstanceOf(Denied.class);
        return (Denied) permit;
    }

    @Test
    void whileTheFleetsLimiterAnswersItDecides() {
        assertThat(leave(limiter)).isEqualTo(20);
        assertThat(events.told).isEmpty();
    }

    @Test
    void whenItIsLostNothingLeavesUntilItIsNoMereHiccup() {
        leave(limiter);
        fleet.lost = true;

        Denied denied = denied(limiter.acquire(Lane.INTERACTIVE, Duration.ofSeconds(30)));
        assertThat(denied.retryAfter()).isEqualTo(Duration.ofMillis(250));
        assertThat(leaveFor(HICCUP.minusMillis(50))).isZero();
        clock.advance(Duration.ofMillis(50));

        assertThat(leave(limiter)).isEqualTo(2);
        assertThat(events.told).containsExactly("lost", "permitted", "permitted");
    }

    @Test
    void whileItIsLostTheShareIsUsedAndNotMore() {
        fleet.lost = true;
        leaveFor(HICCUP.plusMillis(50));

        assertThat(leaveFor(Duration.ofSeconds(30))).isBetween(56, 60);
    }

    @Test
    void aHiccupPausesNobody() {
        fleet.lost = true;
        denied(limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));
        fleet.lost = false;
        clock.advance(Duration.ofMillis(250));

        assertThat(leave(limiter)).isEqualTo(20);
        assertThat(events.told).containsExactly("lost", "found");
    }

    /** As when it runs on a machine that is too busy to keep up with Redis: the others go on using the whole limit. */
    @Test
    void anInstanceThatIsSlowAgainAndAgainNeverUsesItsShare() {
        for (int second = 0; second < 30; second++) {
            fleet.lost = second % 5 != 4;
            limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(events.told).doesNotContain("permitted").contains("lost", "found");
    }

    @Test
    void afterAnOutageTheFleetPausesUntilTheSharesCountNoMore() {
        fleet.lost = true;
        leaveFor(HICCUP.plusSeconds(5));
        fleet.lost = false;

        Denied denied = denied(limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));

        assertThat(denied.reason()).isEqualTo(Reason.COOL_DOWN);
        assertThat(denied.retryAfter()).isEqualTo(SETTLED);
        clock.advance(SETTLED);
        assertThat(leave(limiter)).isEqualTo(20);
    }

    @Test
    void aPermitOfTheFleetDoesNotLeaveWhileItCannotBeAsked() {
        Granted permit = (Granted) limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
        fleet.lost = true;

        denied(limiter.depart(permit));
        limiter.release(permit);
    }

    @Test
    void aPermitOfTheShareDoesNotLeaveOnceTheFleetsLimiterIsFound() {
        fleet.lost = true;
        leaveFor(HICCUP);
        Granted permit = (Granted) limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
        fleet.lost = false;
        limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);

        denied(limiter.depart(permit));
    }

    /** Its holder asks by itself: perhaps nobody else did since the permit was given. */
    @Test
    void aPermitOfTheShareDoesNotLeaveUnlessTheLimiterHasJustBeenAskedInVain() {
        fleet.lost = true;
        leaveFor(HICCUP);
        Granted kept = (Granted) limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
        Granted late = (Granted) limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
        clock.advance(Duration.ofMillis(1600));
        assertThat(limiter.depart(kept)).isInstanceOf(Granted.class);
        clock.advance(Duration.ofMillis(1600));
        fleet.lost = false;

        assertThat(denied(limiter.depart(late)).reason()).isEqualTo(Reason.LAPSED);
        assertThat(events.told).containsExactly("lost", "permitted", "found");
        assertThat(fleet.status().coolDownLeft()).isPositive();
    }

    @Test
    void aPlaceInLineThatIsGivenBackIsFreeForTheNext() {
        List<Granted> permits = acquireAll();
        assertThat(permits).hasSize(20);
        limiter.release(permits.getFirst());

        assertThat(acquireAll()).hasSize(1);
    }

    @Test
    void soIsAPlaceOfTheShare() {
        fleet.lost = true;
        leaveFor(HICCUP);
        List<Granted> permits = acquireAll();
        assertThat(permits).hasSize(2);
        limiter.release(permits.getFirst());

        assertThat(acquireAll()).hasSize(1);
    }

    /** All that may be planned for now; none of them leaves. */
    private List<Granted> acquireAll() {
        List<Granted> permits = new ArrayList<>();
        while (limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER) instanceof Granted granted) {
            permits.add(granted);
        }
        return permits;
    }

    @Test
    void aPauseOfTheProviderIsToldToTheFleet() {
        limiter.coolDown(Duration.ofSeconds(5));

        assertThat(fleet.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(5));
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whileItIsLostTheStatusIsThatOfTheShare() {
        fleet.lost = true;
        limiter.coolDown(Duration.ofSeconds(5));

        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aPermitFromBeforeAnOutageWaitsForThePauseAfterIt() {
        Granted permit = (Granted) limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
        fleet.lost = true;
        leaveFor(HICCUP.plusMillis(50));
        fleet.lost = false;

        assertThat(denied(limiter.depart(permit)).reason()).isEqualTo(Reason.COOL_DOWN);
        assertThat(events.told).startsWith("lost").endsWith("found");
    }

    @Test
    void anInstanceThatWasIdleDuringAnOutageBeginsItsOwn() {
        fleet.lost = true;
        denied(limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));
        clock.advance(Duration.ofMinutes(1));

        assertThat(leave(limiter)).isZero();
    }

    @Test
    void anInstanceThatWasIdleWhenItWasFoundPausesNobody() {
        fleet.lost = true;
        leaveFor(HICCUP.plusSeconds(5));
        fleet.lost = false;
        clock.advance(Duration.ofMinutes(1));

        assertThat(leave(limiter)).isEqualTo(20);
    }

    @Test
    void aPauseOfTheProviderHoldsInTheShareAndIsTakenAlong() {
        fleet.lost = true;
        leaveFor(HICCUP.plusSeconds(1));
        limiter.coolDown(Duration.ofSeconds(10));

        assertThat(leaveFor(Duration.ofSeconds(3))).isZero();
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(7));

        fleet.lost = false;
        denied(limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));
        assertThat(fleet.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aCallThatLeftLateHoldsItsSlotInTheFleetFromThenOn() {
        Granted late = stamped();
        assertThat(leave(limiter)).isEqualTo(19);

        restampLate(late);

        assertThat(leave(limiter)).isEqualTo(19);
    }

    @Test
    void soDoesOneOfTheShare() {
        fleet.lost = true;
        leaveFor(HICCUP);
        Granted late = stamped();
        assertThat(leave(limiter)).isEqualTo(1);

        restampLate(late);

        assertThat(leave(limiter)).isEqualTo(1);
    }

    private Granted stamped() {
        return (Granted) limiter.depart((Granted) limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));
    }

    /** Moves a stamp, and lets pass what is left of a slot time since it was made. */
    private void restampLate(Granted stamped) {
        clock.advance(Duration.ofMillis(300));
        limiter.restamp(stamped);
        clock.advance(LIMITS.slotTime().minusMillis(300));
    }

    @Test
    void aStampThatCannotBeMovedIsNoFailureOfTheCallThatLeft() {
        Granted late = stamped();
        fleet.lost = true;

        limiter.restamp(late);

        assertThat(events.told).containsExactly("lost");
    }

    @Test
    void aPermitOfTheShareThatMayNoMoreLeaveGivesItsPlaceInFlightBack() {
        Limits limits = new Limits(20, Duration.ofSeconds(1), OptionalInt.of(20), 1, Duration.ofSeconds(1));
        EmergencyLimiter instance = new EmergencyLimiter(fleet, limits, 0.1, SILENCE, events, clock::nanoTime);
        fleet.lost = true;
        for (int second = 0; second < HICCUP.toSeconds(); second++) {
            denied(instance.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));
            clock.advance(Duration.ofSeconds(1));
        }
        Granted permit = (Granted) instance.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);
        assertThat(instance.status().inFlight()).isEqualTo(1);
        fleet.lost = false;
        instance.acquire(Lane.INTERACTIVE, NOW_OR_NEVER);

        denied(instance.depart(permit));

        fleet.lost = true;
        assertThat(instance.status().inFlight()).isZero();
    }

    @Test
    void aThreadThatLosesOrFindsTheLimiterKeepsNoOtherWaiting() {
        for (boolean lost : List.of(true, false, true)) {
            fleet.lost = lost;
            for (int thread = 0; thread < 2; thread++) {
                assertThat(CompletableFuture.supplyAsync(() -> leave(limiter), Thread::startVirtualThread))
                        .succeedsWithin(Duration.ofSeconds(30));
            }
        }

        assertThat(events.told).containsExactly("lost", "found", "lost");
    }

    /** A time-out each, one after the other, would keep them from their share for long. */
    @Test
    void oneAsksForAllWhoWait() throws Exception {
        fleet.lost = true;
        leave(limiter);
        AtomicInteger questions = new AtomicInteger();
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        fleet.onStatus = () -> {
            questions.incrementAndGet();
            asking.countDown();
            awaitQuietly(answered);
        };
        clock.advance(Duration.ofMillis(1));
        List<Thread> all = new ArrayList<>(List.of(Thread.startVirtualThread(() -> leave(limiter))));
        asking.await();
        clock.advance(Duration.ofMillis(1));
        for (int waiting = 0; waiting < 5; waiting++) {
            all.add(Thread.startVirtualThread(() -> leave(limiter)));
        }
        while (all.stream().anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
            Thread.onSpinWait();
        }
        clock.advance(Duration.ofMillis(1));
        answered.countDown();
        for (Thread thread : all) {
            thread.join();
        }

        // The one on its way says nothing of the time after it, so the next asks, and tells the rest.
        assertThat(questions).hasValue(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whereCallsInFlightAreLimitedNothingLeavesBeforeTheLongestEnded() {
        Limits limits = new Limits(20, Duration.ofSeconds(1), OptionalInt.of(10), 1, Duration.ofSeconds(20));
        EmergencyLimiter cautious = new EmergencyLimiter(fleet, limits, 0.1, SILENCE, events, clock::nanoTime);
        fleet.lost = true;
        int left = 0;
        for (int second = 0; second < 23; second++) {
            left += leave(cautious);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(left).isZero();
        assertThat(leave(cautious)).isPositive();
    }

    @Test
    void theLimitHoldsAcrossAnOutageOfManyInstances() {
        List<EmergencyLimiter> instances = List.of(limiter, instance(), instance(), instance());
        DepartureLog log = new DepartureLog();
        for (int step = 0; step < 2000; step++) {
            fleet.lost = step % 700 >= 200 && step % 700 < 500;
            EmergencyLimiter asked = instances.get(step % instances.size());
            for (int call = leave(asked); call > 0; call--) {
                log.add(clock.nanoTime());
            }
            clock.advance(Duration.ofMillis(25));
        }

        assertThat(log.mostInAnyWindow(LIMITS.window().toNanos())).isLessThanOrEqualTo(20);
        assertThat(log.size()).isGreaterThan(300);
    }
}
