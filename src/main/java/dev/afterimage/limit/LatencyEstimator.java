package dev.afterimage.limit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How long a call at the provider takes, from its departure to its answer, as this process has seen it lately. Smoothed as TCP
 * smooths its round-trip times (RFC 6298, section 2), with two mean deviations in place of four: who is wrong by a little
 * answers 202 instead of 200, or the other way round.
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

    private final AtomicReference<@Nullable Smoothed> seen = new AtomicReference<>();

    void learn(Duration taken) {
        double nanos = (double) taken.toNanos();
        seen.updateAndGet(before -> before == null ? Smoothed.first(nanos) : before.with(nanos));
    }

    /** What most calls end within; zero while none was seen. */
    Duration expected() {
        Smoothed now = seen.get();
        return now == null ? Duration.ZERO : Duration.ofNanos((long) (now.mean() + DEVIATIONS * now.deviation()));
    }
}
