package dev.afterimage.provider.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A strict sliding window, as the strictest APIs keep it: no window, wherever it begins, holds more arrivals than the rate.
 * It knows nothing of this service's own limiter, which it is there to test.
 */
final class DemoWindow {

    private final int rate;
    private final Duration window;
    private final Clock clock;
    private final Deque<Instant> arrivals = new ArrayDeque<>();
    private final Lock lock = new ReentrantLock();

    DemoWindow(int rate, Duration window, Clock clock) {
        if (rate < 1 || !window.isPositive()) {
            throw new IllegalArgumentException("afterimage.demo.rate and .window must be above zero");
        }
        this.rate = rate;
        this.window = window;
        this.clock = clock;
    }

    /** Takes one arrival in, or says after which wait there is room; above zero. A refused arrival does not count. */
    Optional<Duration> arrive() {
        lock.lock();
        try {
            Instant now = clock.instant();
            while (!arrivals.isEmpty() && !arrivals.getFirst().plus(window).isAfter(now)) {
                arrivals.removeFirst();
            }
            if (arrivals.size() >= rate) {
                return Optional.of(Duration.between(now, arrivals.getFirst().plus(window)));
            }
            arrivals.addLast(now);
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
