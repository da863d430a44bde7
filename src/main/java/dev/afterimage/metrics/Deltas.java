package dev.afterimage.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What meters counted since they were last asked. Not thread-safe. */
final class Deltas {

    /**
     * The new observations of one meter.
     *
     * @param unit a CloudWatch unit
     * @param values each one observation; a gauge or a counter has one
     */
    record Sample(Meter.Id meter, String unit, List<Double> values) {
        Sample {
            values = List.copyOf(values);
        }
    }

    private static final String COUNT = "Count";
    private static final String MILLISECONDS = "Milliseconds";
    /** CloudWatch refuses numbers beyond this; see PutMetricData, MetricDatum, Value. */
    private static final double LARGEST = Math.scalb(1.0, 360);

    /** What a timer had recorded when it was read: count, sum and cumulative buckets, all in milliseconds. */
    private record Timed(long count, double sum, SortedMap<Double, Double> buckets) {

        static final Timed NOTHING = new Timed(0, 0, new TreeMap<>());
    }

    private final Map<Meter.Id, Double> counted = new HashMap<>();
    private final Map<Meter.Id, Timed> timed = new HashMap<>();

    /** The counter's growth; empty when there is none. */
    Optional<Sample> of(Counter counter) {
        double now = counter.count();
        Double before = counted.put(counter.getId(), now);
        double growth = now - (before == null || before > now ? 0 : before);
        return growth > 0 ? Optional.of(new Sample(counter.getId(), COUNT, List.of(growth))) : Optional.empty();
    }

    /** The gauge's value; empty when it is not a number that CloudWatch takes. */
    Optional<Sample> of(Gauge gauge) {
        double value = gauge.value();
        String unit = "seconds".equals(gauge.getId().getBaseUnit()) ? "Seconds" : COUNT;
        return Double.isFinite(value) && Math.abs(value) <= LARGEST
                ? Optional.of(new Sample(gauge.getId(), unit, List.of(value)))
                : Optional.empty();
    }

    /** The timer's new observations in milliseconds; empty when there are none. */
    Optional<Sample> of(Timer timer) {
        Timed last = timed.get(timer.getId());
        if (timer.count() == (last == null ? 0 : last.count())) {
            return Optional.empty();
        }
        Timed now = read(timer);
        timed.put(timer.getId(), now);
        Timed before = last == null || last.count() > now.count() ? Timed.NOTHING : last;
        long count = now.count() - before.count();
        return count > 0
                ? Optional.of(new Sample(timer.getId(), MILLISECONDS, observations(before, now, (int) count)))
                : Optional.empty();
    }

    private static Timed read(Timer timer) {
        SortedMap<Double, Double> buckets = new TreeMap<>();
        for (CountAtBucket bucket : timer.takeSnapshot().histogramCounts()) {
            buckets.put(bucket.bucket(TimeUnit.MILLISECONDS), bucket.count());
        }
        return new Timed(timer.count(), timer.totalTime(TimeUnit.MILLISECONDS), buckets);
    }

    /**
     * The new observations of a timer, which keeps only their number, sum and buckets. A single one is exactly the
     * growth of the sum. Several are placed into the buckets that grew: at the mean where that lies in the bucket, else
     * in the bucket's middle. Without usable buckets all are at the mean.
     */
    private static List<Double> observations(Timed before, Timed now, int count) {
        double mean = Math.max(0, now.sum() - before.sum()) / count;
        if (count == 1) {
            return List.of(mean);
        }
        List<Double> values = new ArrayList<>(count);
        double lower = 0;
        double seen = 0;
        for (Map.Entry<Double, Double> bucket : now.buckets().entrySet()) {
            double upper = bucket.getKey();
            double reached = bucket.getValue() - before.buckets().getOrDefault(upper, 0.0);
            long added = Math.round(reached - seen);
            if (added < 0 || values.size() + added > count) {
                // The registry's buckets forget old observations, and so tell nothing about the new ones.
                return Collections.nCopies(count, mean);
            }
            values.addAll(Collections.nCopies((int) added, valueBetween(lower, upper, mean)));
            seen = reached;
            lower = upper;
        }
        values.addAll(Collections.nCopies(count - values.size(), Math.max(mean, lower)));
        return values;
    }

    private static double valueBetween(double lower, double upper, double mean) {
        if (mean > lower && mean <= upper) {
            return mean;
        }
        return Double.isInfinite(upper) ? lower : (lower + upper) / 2;
    }
}
