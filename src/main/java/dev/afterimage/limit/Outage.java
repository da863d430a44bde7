package dev.afterimage.limit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an instance knows of the time for which the fleet's limiter cannot be asked. All times are monotonic nanoseconds.
 *
 * @param firstFailure when the first question was asked in vain after the last one that was answered
 * @param since from then on no longer time has passed between two questions than {@link #NOTICED_WITHIN}
 * @param lastFailure when the latest question was asked in vain
 */
record Outage(long firstFailure, long since, long lastFailure) {

    /** Within this, every instance that wants to call notices that the limiter answers again. */
    static final Duration NOTICED_WITHIN = Duration.ofSeconds(4);
    /** A question that was asked in vain says nothing about the time after this. */
    private static final Duration KNOWN_FOR = Duration.ofMillis(1500);
    /** By so much one instance may be lost earlier than another. */
    static final Duration APART = Duration.ofMillis(2500);

    /** The outage after one more question that was asked in vain. */
    static Outage after(@Nullable Outage before, long asked) {
        if (before == null) {
            return new Outage(asked, asked, asked);
        }
        boolean wasIdle = asked - before.lastFailure >= NOTICED_WITHIN.toNanos();
        return new Outage(before.firstFailure, wasIdle ? asked : before.since, Math.max(before.lastFailure, asked));
    }

    /** Whether it is still certain that the limiter cannot be asked: somebody has just tried. */
    boolean isCertainAt(long now) {
        return now - lastFailure < KNOWN_FOR.toNanos();
    }

    /** How much longer it takes until this instance may use its share; zero or less: it may. */
    long untilShare(long now, long shareAfter) {
        return since + shareAfter - now;
    }

    /**
     * Whether other instances may have begun to use their shares. They have not after a hiccup; and when this instance was
     * idle for a while, others who were not have found the limiter before it.
     */
    boolean othersMayUseTheirShares(long now, long settling, long shareAfter) {
        boolean wasLong = now - firstFailure >= shareAfter - APART.toNanos();
        boolean wasJustNow = now - lastFailure < settling + NOTICED_WITHIN.toNanos();
        return wasLong && wasJustNow;
    }
}
