package dev.afterimage.limit;

import java.time.Duration;

/** Port: how many requests that may cost a caller may make an hour. Hours are clock hours in UTC. */
public interface CallerQuota {

    Decision spend(Caller caller);

    /** Gives one back that cost nothing after all. */
    void giveBack(Caller caller);

    /** The answer to {@link #spend}. */
    sealed interface Decision {

        record Allowed() implements Decision {}

        /**
         * The hour is used up.
         *
         * @param retryAfter until the next hour begins
         */
        record Exceeded(Duration retryAfter) implements Decision {}
    }
}
