package dev.afterimage.testing;

import dev.afterimage.time.Pause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A pause that lasts until the test has moved the clock far enough. */
public final class ManualPause implements Pause {

    private final MutableClock clock;
    private final List<Instant> sleeping = new ArrayList<>();

    public ManualPause(MutableClock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void await(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!duration.isPositive()) {
            return;
        }
        Instant end = clock.instant().plus(duration);
        sleeping.add(end);
        notifyAll();
        try {
            while (clock.instant().isBefore(end)) {
                wait();
            }
        } finally {
            sleeping.remove(end);
        }
    }

    /** Lets time pass for everybody at once. */
    public synchronized void advance(Duration step) {
        clock.advance(step);
        notifyAll();
    }

    private boolean wakes(Instant end, Duration step) {
        Instant now = clock.instant();
        return end.isAfter(now) && !end.isAfter(now.plus(step));
    }

    /** Returns when some thread sleeps that a step of this length would wake. */
    public synchronized void awaitSleeper(Duration step) throws InterruptedException {
        while (sleeping.stream().noneMatch(end -> wakes(end, step))) {
            wait();
        }
    }
}
