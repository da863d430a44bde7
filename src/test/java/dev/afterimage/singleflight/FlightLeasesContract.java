package dev.afterimage.singleflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.singleflight.FlightLeases.WaitingPlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of every {@link FlightLeases}. */
@Timeout(60)
public abstract class FlightLeasesContract {

    protected static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final ImageKey KEY = new ImageKey("ab".repeat(32));
    private static final ImageKey OTHER = new ImageKey("cd".repeat(32));

    /** Leases of which none is held, each lasting {@link #TTL}. */
    protected abstract FlightLeases leases();

    /** Lets the leases' time pass. */
    protected abstract void advance(Duration step);

    @Test
    void oneTakesALeaseAndTheOthersDoNot() {
        FlightLeases leases = leases();

        Optional<Lease> first = leases.take(KEY, Lane.INTERACTIVE);

        assertThat(first).isPresent();
        assertThat(first.get().key()).isEqualTo(KEY);
        assertThat(first.get().ttl()).isEqualTo(TTL);
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isEmpty();
        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isTrue();
    }

    @Test
    void ofConcurrentTakersOneLeads() throws Exception {
        FlightLeases leases = leases();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Optional<Lease>>> takers = new ArrayList<>();
            for (int taker = 0; taker < 32; taker++) {
                takers.add(threads.submit(() -> {
                    start.await();
                    return leases.take(KEY, Lane.INTERACTIVE);
                }));
            }
            start.countDown();

            int leaders = 0;
            for (Future<Optional<Lease>> taker : takers) {
                leaders += taker.get().isPresent() ? 1 : 0;
            }
            assertThat(leaders).isEqualTo(1);
        }
    }

    @Test
    void leasesOfDifferentKeysAreIndependent() {
        FlightLeases leases = leases();
        leases.take(KEY, Lane.INTERACTIVE);

        assertThat(leases.isHeld(OTHER, Lane.INTERACTIVE)).isFalse();
        assertThat(leases.take(OTHER, Lane.INTERACTIVE)).isPresent();
    }

    @Test
    void aReleasedLeaseIsFree() {
        FlightLeases leases = leases();
        leases.release(leases.take(KEY, Lane.INTERACTIVE).orElseThrow());

        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isFalse();
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isPresent();
    }

    @Test
    void aDeadLeadersLeaseEndsByItself() {
        FlightLeases leases = leases();
        leases.take(KEY, Lane.INTERACTIVE);

        advance(TTL.minusSeconds(1));
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isEmpty();

        advance(Duration.ofSeconds(1));
        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isFalse();
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isPresent();
    }

    @Test
    void renewingExtendsTheLease() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY, Lane.INTERACTIVE).orElseThrow();

        for (int turn = 0; turn < 3; turn++) {
            advance(TTL.minusSeconds(1));
            assertThat(leases.renew(lease)).isTrue();
        }

        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isTrue();
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isEmpty();
    }

    @Test
    void aForgottenLeaseIsTakenAgain() {
        FlightLeases leases = leases();
        Lease forgotten = leases.take(KEY, Lane.INTERACTIVE).orElseThrow();
        advance(TTL);

        assertThat(leases.renew(forgotten)).isTrue();
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isEmpty();
    }

    @Test
    void interactiveRequestTakesTheLeaseOfABulkJob() {
        FlightLeases leases = leases();
        assertThat(leases.take(KEY, Lane.BULK)).isPresent();

        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isFalse();
        assertThat(leases.take(KEY, Lane.INTERACTIVE)).isPresent();
    }

    @Test
    void bulkJobFollowsAnInteractiveLeader() {
        FlightLeases leases = leases();
        Lease person = leases.take(KEY, Lane.INTERACTIVE).orElseThrow();

        assertThat(leases.isHeld(KEY, Lane.BULK)).isTrue();
        assertThat(leases.take(KEY, Lane.BULK)).isEmpty();
        leases.release(person);
        assertThat(leases.take(KEY, Lane.BULK)).isPresent();
    }

    @Test
    void aStaleOwnerCanNeitherRenewNorReleaseWhatAnotherHolds() {
        FlightLeases leases = leases();
        Lease stale = leases.take(KEY, Lane.INTERACTIVE).orElseThrow();
        advance(TTL);
        Lease current = leases.take(KEY, Lane.INTERACTIVE).orElseThrow();

        assertThat(leases.renew(stale)).isFalse();
        leases.release(stale);

        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isTrue();
        assertThat(leases.renew(current)).isTrue();
    }

    @Test
    void waitingForALeaseThatNobodyHoldsReturnsAtOnce() throws Exception {
        leases().awaitEnd(KEY, Lane.INTERACTIVE, LONG);
    }

    @Test
    void releaseWakesAWaiter() throws Exception {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY, Lane.INTERACTIVE).orElseThrow();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> followers = new ArrayList<>();
            for (int follower = 0; follower < 8; follower++) {
                followers.add(threads.submit(() -> {
                    while (leases.isHeld(KEY, Lane.INTERACTIVE)) {
                        leases.awaitEnd(KEY, Lane.INTERACTIVE, LONG);
                    }
                    return null;
                }));
            }

            leases.release(lease);

            for (Future<?> follower : followers) {
                follower.get();
            }
        }
    }

    @Test
    void waitEndsWithItsPatience() throws Exception {
        FlightLeases leases = leases();
        leases.take(KEY, Lane.INTERACTIVE);

        leases.awaitEnd(KEY, Lane.INTERACTIVE, Duration.ofMillis(20));

        assertThat(leases.isHeld(KEY, Lane.INTERACTIVE)).isTrue();
    }

    @Test
    void soManyHaveAPlaceAndTheNextHasNone() {
        FlightLeases leases = leases();

        assertThat(leases.takePlace(KEY, LONG, 2)).isPresent();
        assertThat(leases.takePlace(KEY, LONG, 2)).isPresent();
        assertThat(leases.takePlace(KEY, LONG, 2)).isEmpty();
        assertThat(leases.takePlace(OTHER, LONG, 2)).isPresent();
    }

    @Test
    void aPlaceThatWasLeftIsFreeAndNoOther() {
        FlightLeases leases = leases();
        WaitingPlace first = leases.takePlace(KEY, LONG, 2).orElseThrow();
        leases.takePlace(KEY, LONG, 2);

        leases.leave(first);
        leases.leave(first);

        assertThat(leases.takePlace(KEY, LONG, 2)).isPresent();
        assertThat(leases.takePlace(KEY, LONG, 2)).isEmpty();
    }

    @Test
    void thePlaceOfADeadFollowerEndsByItself() {
        FlightLeases leases = leases();
        leases.takePlace(KEY, TTL, 1);

        advance(TTL.minusSeconds(1));
        assertThat(leases.takePlace(KEY, TTL, 1)).isEmpty();

        advance(Duration.ofSeconds(1));
        assertThat(leases.takePlace(KEY, TTL, 1)).isPresent();
    }

    @Test
    void noPlaceIsTakenWhereNoneIsAllowed() {
        assertThat(leases().takePlace(KEY, TTL, 0)).isEmpty();
    }
}
