package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;

/** The limiter's answer to "may I call the provider?". */
public sealed interface Permit {

    /**
     * Yes, in {@code startsIn}. The call is planned from now on, so the holder must either
     * {@linkplain ProviderLimiter#depart depart} or {@linkplain ProviderLimiter#release release}.
     *
     * @param token known to this holder only; nobody else can depart with it
     * @param account the one of those asked for whose start is the earliest; it is billed
     * @param startsIn zero or more; counted from the answer, so that no two clocks are compared
     */
    record Granted(String token, String account, Lane lane, Duration startsIn) implements Permit {}

    /**
     * The call leaves in {@code startsIn}, and its receipt is written. Whatever becomes of it, it must be
     * {@linkplain Receipts#settle settled}.
     *
     * @param token that of the permit
     * @param purchase what it buys, with the account of the permit
     * @param at the time of departure on the limiter's clock
     * @param startsIn zero or short, {@link Limits#lead()} at most
     */
    record Departed(String token, Lane lane, Purchase purchase, Instant at, Duration startsIn) implements Permit {}

    /**
     * Not within the patience that was named.
     *
     * @param retryAfter asking earlier is useless; above zero
     * @param reason what the caller waits for
     */
    record Denied(Duration retryAfter, Reason reason) implements Permit {}

    /**
     * A receipt stands against this purchase; the permit is given back.
     *
     * @param state OPEN: another call for this image is under way, or its holder died. UNKNOWN, UNUSABLE: calls were made in
     *     vain. IMAGE: another call has brought the image. REJECTED (never at departure): the provider refused it for good
     * @param retryAfter asking earlier is useless; above zero
     * @param usedUp whether no further purchase is allowed until an image exists, the key is deleted, or an operator
     *     allows one
     * @param made when the image was made, where there is one
     * @param detail why the provider refused it, else empty
     * @param resumable whether the call has a job at the provider, which can be {@linkplain Receipts#resume resumed}
     */
    record Refused(
            Receipt.State state, Duration retryAfter, boolean usedUp, Instant made, String detail, boolean resumable)
            implements Permit {}

    /**
     * The lane is stopped for a reason that time alone does not mend.
     *
     * @param retryAfter until the next call that finds out whether the reason is gone
     */
    record Stopped(LaneStop.Reason reason, Duration retryAfter) implements Permit {}

    /** Why a permit was denied. */
    enum Reason {
        /** The window is full, or the call would not land, for longer than the caller would wait. */
        RATE,
        /** As many calls are in flight as the provider allows. */
        CONCURRENCY,
        /** The provider asked for a pause. */
        COOL_DOWN,
        /** The permit is not known (any more): it departed, was released, or its holder came too late. */
        LAPSED
    }
}
