package dev.afterimage.testing;

import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Moves the clock in place of waiting, and remembers what it was asked to wait for. */
public final class FakePause implements Pause {

    private final MutableClock clock;
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    public FakePause(MutableClock clock) {
        this.clock = clock;
    }

    @Override
    public void await(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (duration.isPositive()) {
            waits.add(duration);
            clock.advance(duration);
        }
    }

    public List<Duration> waits() {
        return List.copyOf(waits);
    }
}
