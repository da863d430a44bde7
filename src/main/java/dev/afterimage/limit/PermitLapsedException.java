package dev.afterimage.limit;

import java.time.Duration;

/** The call did not leave with its permit: nothing was billed, and another permit must be acquired. */
public class PermitLapsedException extends RuntimeException {

    private static final Duration FIRST_WAIT = Duration.ofMillis(1);
    private static final int MOST_DOUBLINGS = 10;

    private final Duration retryAfter;

    public PermitLapsedException(Duration retryAfter) {
        super("the permit lapsed before the call left", null, false, false);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }

    /**
     * How long to wait before another permit is taken: {@link #retryAfter()}, and at least 1 ms, doubled with each permit
     * that lapsed up to about a second. So a call whose permits lapse again and again asks the limiter about once a
     * second.
     *
     * @param before how many permits of the same call lapsed before this one
     */
    public Duration waitAfter(int before) {
        Duration grown = FIRST_WAIT.multipliedBy(1L << Math.min(before, MOST_DOUBLINGS));
        return retryAfter.compareTo(grown) > 0 ? retryAfter : grown;
    }
}
