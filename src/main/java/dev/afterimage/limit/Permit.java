package dev.afterimage.limit;

import dev.afterimage.limit.ProviderLimiter.LaneStop;
import java.time.Duration;
import java.time.Instant;

/** The limiter's answer to "may I call the provider?". */
public sealed interface Permit {

    /**
     * Yes, in {@code startsIn}. The call is planned from now on, so the holder must either
     * {@linkplain ProviderLimiter#depart depart} or {@linkplain ProviderLimiter#release release}.
     *
     * @param token identifies the permit; known only to its holder
     * @param account the account that is billed, of those that were asked for
     * @param startsIn zero or more; counted from the answer, so that no two clocks are compared
     */
    record Granted(String token, String account, Lane lane, Duration startsIn) implements Permit {}

    /**
     * The call may leave in {@code startsIn}, and its receipt is written. However the call ends, it must be
     * {@linkplain Receipts#settle settled}. A call that {@linkplain Purchase#ofNothing buys nothing} has no receipt and
     * is not settled.
     *
     * @param token that of the permit
     * @param purchase what it buys, with the permit's account
     * @param at the time of departure by the limiter's clock
     * @param startsIn from zero to {@link Limits#lead()}, counted from the answer
     */
    record Departed(String token, Lane lane, Purchase purchase, Instant at, Duration startsIn) implements Permit {}

    /**
     * No, not within the patience that was named.
     *
     * @param retryAfter asking earlier with the same patience is useless; above zero
     * @param startsIn how long no call can leave, zero or more; shorter than {@code retryAfter} where a call could leave
     *     within the patience, but its answer is not expected within it
     * @param reason what the caller waits for
     */
    record Denied(Duration retryAfter, Duration startsIn, Reason reason) implements Permit {

        /** A denial that does not depend on how long the caller waits for the answer. */
        public Denied(Duration retryAfter, Reason reason) {
            this(retryAfter, retryAfter, reason);
        }
    }

    /**
     * No: what the key's receipt says forbids this purchase. If this is the answer to a departure, the limiter has taken
     * the permit back.
     *
     * @param state OPEN: another call for this image is under way, or its holder died. UNKNOWN, UNUSABLE: earlier calls
     *     brought no image. IMAGE: another call has brought the image. REJECTED (never at departure): the provider refused
     *     the request for good
     * @param retryAfter asking earlier is useless; above zero
     * @param usedUp whether no further purchase is allowed until an image exists, the key is deleted, or an operator allows
     *     another purchase
     * @param made when the image was made; the epoch where there is none
     * @param detail why the provider refused the request; empty in other states
     * @param resumable whether the call has a job at the provider, which can be {@linkplain Receipts#resume resumed}
     */
    record Refused(
            Receipt.State state, Duration retryAfter, boolean usedUp, Instant made, String detail, boolean resumable)
            implements Permit {}

    /**
     * No: the lane is stopped.
     *
     * @param retryAfter until the next probe may leave
     */
    record Stopped(LaneStop.Reason reason, Duration retryAfter) implements Permit {}

    /** Why a permit was denied. */
    enum Reason {
        /**
         * The window is full for longer than the caller would wait, or the answer is not expected while the caller waits.
         */
        RATE,
        /** As many calls are in flight as the provider allows. */
        CONCURRENCY,
        /** The provider asked for a pause. */
        COOL_DOWN,
        /** The permit is not valid any more: it departed or was released, or its holder came too late. */
        LAPSED
    }

    /** The call did not leave with its permit: nothing was billed, and another permit must be acquired. */
    class PermitLapsedException extends RuntimeException {

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
}
