package dev.afterimage.limit;

import java.time.Duration;

/** The limiter's answer to "may I call the provider?". */
public sealed interface Permit {

    /**
     * Yes, in {@code startsIn}. The call is planned from now on, so the holder must either
     * {@linkplain ProviderLimiter#depart depart} or {@linkplain ProviderLimiter#release release}.
     *
     * @param token known to this holder only; nobody else can depart with it
     * @param startsIn zero or more; counted from the answer, so that no two clocks are compared
     */
    record Granted(String token, Lane lane, Duration startsIn) implements Permit {}

    /**
     * Not within the patience that was named.
     *
     * @param retryAfter asking earlier is useless; above zero
     * @param reason what the caller waits for
     */
    record Denied(Duration retryAfter, Reason reason) implements Permit {}

    /** Why a permit was denied. */
    enum Reason {
        /** The window is full for longer than the caller would wait. */
        RATE,
        /** As many calls are in flight as the provider allows. */
        CONCURRENCY,
        /** The provider asked for a pause. */
        COOL_DOWN,
        /** The permit is not known (any more): it departed, was released, or its holder came too late. */
        LAPSED
    }
}
