package dev.afterimage.generation;

import java.time.Instant;

/** Decorator: remembers whether the call left. Any thread may ask. */
public final class WatchedDeparture implements Attempt.Departure {

    private final Attempt.Departure next;
    private volatile boolean happened;

    public WatchedDeparture(Attempt.Departure next) {
        this.next = next;
    }

    /** Whether the call left. */
    public boolean happened() {
        return happened;
    }

    @Override
    public void now() {
        next.now();
        happened = true;
    }

    @Override
    public void written(Instant at) {
        next.written(at);
    }
}
