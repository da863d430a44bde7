package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;
import java.util.OptionalInt;

/** Port: limits how many requests a caller may make in a clock hour (UTC). Only requests that may be billed count. */
public interface CallerQuota {

    /**
     * Counts one request, if the caller's hour has room for it.
     *
     * @throws FleetUnavailableException when the fleet's count cannot be reached
     */
    Decision spend(Caller caller);

    /**
     * Takes back the count of a request that cost nothing. Does nothing once the hour in which it was counted is over.
     *
     * @param counted what {@link #spend} answered
     */
    void giveBack(Caller caller, Decision.Allowed counted);

    /** The answer to {@link #spend}. */
    sealed interface Decision {

        /**
         * The request is counted.
         *
         * @param hour in which it is counted, in hours since 1970 (UTC)
         */
        record Allowed(long hour) implements Decision {}

        /**
         * The hour is used up.
         *
         * @param retryAfter until the next hour begins
         */
        record Exceeded(Duration retryAfter) implements Decision {}
    }

    /** How many requests that may be billed one caller may make. */
    @ConfigMapping(prefix = "afterimage.quota")
    interface QuotaConfig {

        /** Requests that may be billed, per caller and clock hour (UTC), at least 1; no limit where left out. */
        OptionalInt perCaller();
    }
}
