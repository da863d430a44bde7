package dev.afterimage.testing;

import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A pause that moves the clock instead of waiting, and remembers how long it would have waited. */
public final class FakePause implements Pause {

    private final MutableClock clock;
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    public FakePause(MutableClock clock) {
        this.clock = clock;
    }

    @Override
    public void await(Duration duration) {
        waits.add(duration);
        clock.advance(duration);
    }

    public List<Duration> waits() {
        return List.copyOf(waits);
    }
}
