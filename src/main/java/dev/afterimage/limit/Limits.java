package dev.afterimage.limit;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * The provider's limits, which hold for the whole fleet.
 *
 * @param rate calls in any window of {@code window}, at least 1
 * @param window the length of the provider's window, above zero
 * @param concurrency calls in flight at once; empty when the provider names no such limit
 * @param bulkShare the share of {@code rate} and of {@code concurrency} that the bulk lane may use, above 0 and at most 1;
 *     always at least one call of each
 * @param longestCall how long a call can take at most; after that time its place in flight is free again, even if nobody
 *     has given the place back
 */
public record Limits(int rate, Duration window, OptionalInt concurrency, double bulkShare, Duration longestCall) {

    /** How long to wait before asking again when all places in flight were taken: nobody knows when a call will end. */
    public static final Duration PLACE_RETRY = Duration.ofMillis(100);

    /**
     * How long after its stamp (the time of departure that the limiter has written down) a call may still leave; one
     * that is later must be stamped again.
     */
    public static final Duration JITTER = Duration.ofMillis(10);

    private static final Duration SHORTEST_LEAD = Duration.ofMillis(100);
    private static final Duration LONGEST_LEAD = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    public Limits {
        if (rate < 1) {
            throw new IllegalArgumentException("afterimage.provider.rate must be at least 1");
        }
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("afterimage.provider.rate-window must be above zero");
        }
        if (concurrency.isPresent() && concurrency.getAsInt() < 1) {
            throw new IllegalArgumentException("afterimage.provider.concurrency must be at least 1, or left out");
        }
        if (longestCall.isNegative() || longestCall.isZero()) {
            throw new IllegalArgumentException("the longest call must last longer than zero");
        }
        if (!(bulkShare > 0 && bulkShare <= 1)) {
            throw new IllegalArgumentException("afterimage.provider.bulk-share must be above 0 and at most 1");
        }
    }

    /** Converts {@code calls} in a window of length {@code other} to calls in this window: rounded down, at least 1. */
    public int inWindow(int calls, Duration other) {
        long here = (long) calls * window.toMillis() / Math.max(1, other.toMillis());
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, here));
    }

    /** The calls of one window that the bulk lane may use. */
    public int bulkRate() {
        return Math.max(1, (int) Math.floor(rate * bulkShare));
    }

    /** The calls in flight that the bulk lane may hold. */
    public OptionalInt bulkConcurrency() {
        return concurrency.isEmpty()
                ? concurrency
                : OptionalInt.of(Math.max(1, (int) Math.floor(concurrency.getAsInt() * bulkShare)));
    }

    /**
     * How long one slot of the window stays taken: the window and 2 %, at least twice the {@link #JITTER}. So the fleet uses
     * 98 % of the limit (less where the window is shorter than a second), and the provider never counts one call too many:
     * half of the margin allows for calls that leave late, the other half for calls that take longer to arrive.
     */
    public Duration slotTime() {
        Duration margin = window.dividedBy(50);
        Duration least = JITTER.multipliedBy(2);
        return window.plus(margin.compareTo(least) > 0 ? margin : least);
    }

    /**
     * How early a call may ask to depart, before its slot is free. It is also the furthest ahead that a call is planned in
     * the bulk lane, and in both lanes where calls in flight are limited. A quarter of the slot time, at least 100 ms (for
     * round trips and threads that wake late), at most 1 s.
     */
    public Duration lead() {
        Duration quarter = slotTime().dividedBy(4);
        if (quarter.compareTo(SHORTEST_LEAD) < 0) {
            return SHORTEST_LEAD;
        }
        return quarter.compareTo(LONGEST_LEAD) > 0 ? LONGEST_LEAD : quarter;
    }

    /**
     * How long after its planned start a permit is still good, 10 s: enough to set up a slow connection. Then it lapses,
     * so that the planned call of a holder that died goes away.
     */
    public Duration grace() {
        return GRACE;
    }
}
