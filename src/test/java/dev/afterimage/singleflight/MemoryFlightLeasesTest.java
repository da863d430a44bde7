package dev.afterimage.singleflight;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;

class MemoryFlightLeasesTest extends FlightLeasesContract {

    private final MutableClock clock = new MutableClock();

    @Override
    protected FlightLeases leases() {
        return new MemoryFlightLeases(TTL, clock::nanoTime, duration -> {});
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }
}
