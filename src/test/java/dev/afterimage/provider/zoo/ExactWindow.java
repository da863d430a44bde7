package dev.afterimage.provider.zoo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** A rate limit as strict as one can be: no window of its length, wherever it begins, holds one call too many. */
final class ExactWindow {

    private final int calls;
    private final Duration window;
    private final Clock clock;
    private final Deque<Instant> arrivals = new ArrayDeque<>();

    ExactWindow(int calls, Duration window, Clock clock) {
        this.calls = calls;
        this.window = window;
        this.clock = clock;
    }

    /** Whether this call is one of those that are allowed. One that is not counts, too. */
    boolean arrive() {
        Instant now = clock.instant();
        while (!arrivals.isEmpty() && !arrivals.peekFirst().isAfter(now.minus(window))) {
            arrivals.removeFirst();
        }
        arrivals.addLast(now);
        return arrivals.size() <= calls;
    }
}
