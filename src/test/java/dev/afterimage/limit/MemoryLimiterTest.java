package dev.afterimage.limit;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;

class MemoryLimiterTest extends ProviderLimiterContract {

    private final MutableClock clock = new MutableClock();

    @Override
    protected ProviderLimiter limiter(Limits limits) {
        return new MemoryLimiter(limits, clock::nanoTime);
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }
}
