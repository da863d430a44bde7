package dev.afterimage.singleflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
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

/** What every {@link FlightLeases} must do. */
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

        Optional<Lease> first = leases.take(KEY);

        assertThat(first).isPresent();
        assertThat(first.get().key()).isEqualTo(KEY);
        assertThat(first.get().ttl()).isEqualTo(TTL);
        assertThat(leases.take(KEY)).isEmpty();
        assertThat(leases.isHeld(KEY)).isTrue();
    }

    @Test
    void ofManyWhoTakeAtOnceOneLeads() throws Exception {
        FlightLeases leases = leases();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Optional<Lease>>> takers = new ArrayList<>();
            for (int taker = 0; taker < 32; taker++) {
                takers.add(threads.submit(() -> {
                    start.await();
                    return leases.take(KEY);
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
    void keysDoNotMeet() {
        FlightLeases leases = leases();
        leases.take(KEY);

        assertThat(leases.isHeld(OTHER)).isFalse();
        assertThat(leases.take(OTHER)).isPresent();
    }

    @Test
    void aReleasedLeaseIsFree() {
        FlightLeases leases = leases();
        leases.release(leases.take(KEY).orElseThrow());

        assertThat(leases.isHeld(KEY)).isFalse();
        assertThat(leases.take(KEY)).isPresent();
    }

    @Test
    void aDeadLeadersLeaseEndsByItself() {
        FlightLeases leases = leases();
        leases.take(KEY);

        advance(TTL.minusSeconds(1));
        assertThat(leases.take(KEY)).isEmpty();

        advance(Duration.ofSeconds(1));
        assertThat(leases.isHeld(KEY)).isFalse();
        assertThat(leases.take(KEY)).isPresent();
    }

    @Test
    void renewingExtendsTheLease() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();

        for (int turn = 0; turn < 3; turn++) {
            advance(TTL.minusSeconds(1));
            assertThat(leases.renew(lease)).isTrue();
        }

        assertThat(leases.isHeld(KEY)).isTrue();
        assertThat(leases.take(KEY)).isEmpty();
    }

    @Test
    void aLostLeaseCannotBeRenewed() {
        FlightLeases leases = leases();
        Lease lost = leases.take(KEY).orElseThrow();
        advance(TTL);

        assertThat(leases.renew(lost)).isFalse();
        assertThat(leases.isHeld(KEY)).isFalse();
    }

    @Test
    void aStaleOwnerCanNeitherRenewNorReleaseWhatAnotherHolds() {
        FlightLeases leases = leases();
        Lease stale = leases.take(KEY).orElseThrow();
        advance(TTL);
        Lease current = leases.take(KEY).orElseThrow();

        assertThat(leases.renew(stale)).isFalse();
        leases.release(stale);

        assertThat(leases.isHeld(KEY)).isTrue();
        assertThat(leases.renew(current)).isTrue();
    }

    @Test
    void aLapsedLeaseThatNobodyTookCanBeReclaimed() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();
        advance(lease.ttl().plusMillis(1));
        assertThat(leases.reclaim(lease)).isTrue();
        assertThat(leases.take(KEY)).isEmpty();
    }

    @Test
    void aHeldLeaseCanBeReclaimed() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();
        assertThat(leases.reclaim(lease)).isTrue();
    }

    @Test
    void aLeaseThatAnotherTookCannotBeReclaimed() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();
        advance(lease.ttl().plusMillis(1));
        Lease other = leases.take(KEY).orElseThrow();
        assertThat(leases.reclaim(lease)).isFalse();
        assertThat(leases.renew(other)).isTrue();
    }

    @Test
    void aReleasedLeaseCannotBeRenewed() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();
        leases.release(lease);

        assertThat(leases.renew(lease)).isFalse();
        assertThat(leases.isHeld(KEY)).isFalse();
    }

    @Test
    void waitingForALeaseThatNobodyHoldsReturnsAtOnce() throws Exception {
        leases().awaitEnd(KEY, LONG);
    }

    @Test
    void whoWaitsIsWokenByTheRelease() throws Exception {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> followers = new ArrayList<>();
            for (int follower = 0; follower < 8; follower++) {
                followers.add(threads.submit(() -> {
                    while (leases.isHeld(KEY)) {
                        leases.awaitEnd(KEY, LONG);
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
    void whoWaitsDoesNotWaitPastHisPatience() throws Exception {
        FlightLeases leases = leases();
        leases.take(KEY);

        leases.awaitEnd(KEY, Duration.ofMillis(20));

        assertThat(leases.isHeld(KEY)).isTrue();
    }
}
