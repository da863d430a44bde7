package dev.afterimage.singleflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FallbackFlightLeasesTest extends FlightLeasesContract {

    private static final ImageKey KEY = new ImageKey("ab".repeat(32));

    private final MutableClock clock = new MutableClock();
    private final AtomicInteger fallbacks = new AtomicInteger();
    private final FlightLeases fleet = new MemoryFlightLeases(TTL, clock::nanoTime, duration -> {});
    private boolean lost;

    private final FlightLeases losable = new FlightLeases() {
        @Override
        public Optional<Lease> take(ImageKey key) {
            failIfLost();
            return fleet.take(key);
        }

        @Override
        public boolean renew(Lease lease) {
            failIfLost();
            return fleet.renew(lease);
        }

        @Override
        public boolean reclaim(Lease lease) {
            failIfLost();
            return fleet.reclaim(lease);
        }

        @Override
        public void release(Lease lease) {
            failIfLost();
            fleet.release(lease);
        }

        @Override
        public boolean isHeld(ImageKey key) {
            failIfLost();
            return fleet.isHeld(key);
        }

        @Override
        public void awaitEnd(ImageKey key, Duration patience) throws InterruptedException {
            failIfLost();
            fleet.awaitEnd(key, patience);
        }
    };

    private void failIfLost() {
        if (lost) {
            throw new LeasesUnavailableException("lost", new IllegalStateException());
        }
    }

    @Override
    protected FlightLeases leases() {
        return new FallbackFlightLeases(
                losable, new MemoryFlightLeases(TTL, clock::nanoTime, duration -> {}), fallbacks::incrementAndGet);
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }

    @Test
    void whileTheFleetCannotBeAskedThisInstanceLeadsOnce() throws Exception {
        FlightLeases leases = leases();
        lost = true;

        Lease lease = leases.take(KEY).orElseThrow();

        assertThat(leases.take(KEY)).isEmpty();
        assertThat(leases.isHeld(KEY)).isTrue();
        assertThat(leases.renew(lease)).isTrue();
        leases.awaitEnd(KEY, Duration.ofMillis(5));
        leases.release(lease);
        assertThat(leases.isHeld(KEY)).isFalse();
        assertThat(fallbacks).hasValue(1);
    }

    @Test
    void anOwnLeaseStandsWhenTheFleetIsFound() {
        FlightLeases leases = leases();
        lost = true;
        Lease lease = leases.take(KEY).orElseThrow();
        lost = false;

        assertThat(leases.take(KEY)).isEmpty();
        assertThat(leases.renew(lease)).isTrue();
        leases.release(lease);
        assertThat(leases.take(KEY)).isPresent();
    }

    @Test
    void aLeaseOfTheFleetIsKeptWhileItCannotBeRenewed() {
        FlightLeases leases = leases();
        Lease lease = leases.take(KEY).orElseThrow();
        lost = true;

        assertThat(leases.renew(lease)).isTrue();
        leases.release(lease);
        lost = false;

        assertThat(fleet.isHeld(KEY)).isTrue();
    }

    @Test
    void whoWaitsForAFleetThatIsLostReturnsAndLeads() throws Exception {
        FlightLeases leases = leases();
        leases.take(KEY);
        lost = true;

        leases.awaitEnd(KEY, Duration.ofHours(1));

        assertThat(leases.take(KEY)).isPresent();
    }
}
