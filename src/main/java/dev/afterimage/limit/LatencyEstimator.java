package dev.afterimage.limit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An estimate of how long a call to the provider takes, from its departure until its image is stored, from the calls that
 * this process has made. It is smoothed as TCP smooths round-trip times (RFC 6298, section 2), but adds two mean deviations
 * in place of four: an estimate that is a little wrong costs no more than a 202 in place of a 200. Not safe for concurrent
 * use; its owner holds a lock.
 */
final class LatencyEstimator {

    private static final int DEVIATIONS = 2;

    /** In nanoseconds. */
    private record Smoothed(double mean, double deviation) {

        static Smoothed first(double nanos) {
            return new Smoothed(nanos, nanos / 2);
        }

        Smoothed with(double nanos) {
            double newDeviation = deviation + (Math.abs(nanos - mean) - deviation) / 4;
            return new Smoothed(mean + (nanos - mean) / 8, newDeviation);
        }
    }

    private @Nullable Smoothed seen;

    void learn(Duration taken) {
        double nanos = (double) taken.toNanos();
        seen = seen == null ? Smoothed.first(nanos) : seen.with(nanos);
    }

    /** The time within which most calls end; zero before the first one. */
    Duration expected() {
        return seen == null ? Duration.ZERO : Duration.ofNanos((long) (seen.mean() + DEVIATIONS * seen.deviation()));
    }
}
