package dev.afterimage.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.afterimage.metrics.Deltas.Sample;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Writes what a registry's meters have counted since the last flush as CloudWatch metrics: JSON documents, one a line,
 * at least one for each set of dimensions. Made for Lambda, where nobody can scrape and a process is frozen between
 * invocations, so that a timer would come too late: it is flushed at the end of each invocation.
 *
 * <p>Counters are written as their growth (unit Count), timers as their new observations (Milliseconds), gauges as they are.
 * All gauges are written as soon as a counter or timer has moved or one gauge has changed; else nothing is written at all.
 *
 * <p>A metric is named as its meter without {@value #PREFIX}; the meter's tags are its dimensions. So
 * {@code afterimage.permits{lane="bulk"}} is the metric {@code permits} with the dimension {@code lane=bulk}. Meters of others
 * (JVM, HTTP server) are left out: every metric is billed. A document's form and limits are those of the Amazon
 * CloudWatch User Guide, "Specification: Embedded metric format".
 */
public final class EmfWriter {

    /** What the names of our meters begin with. */
    public static final String PREFIX = "afterimage.";

    private static final int MOST_METRICS = 100;
    private static final int MOST_VALUES = 100;

    private final WantedMeters meters;
    private final String namespace;
    private final Appendable out;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deltas deltas = new Deltas();
    private List<Sample> lastGauges = List.of();

    /**
     * A writer. At its first flush everything that was counted before counts as new.
     *
     * @param namespace the CloudWatch namespace of the metrics
     * @param wanted which of our meters are written, by name without {@value #PREFIX}: leave out what CloudWatch knows
     *     by itself, such as the depth of an SQS queue, because each flush reads it
     * @param out receives one document a line; {@link System#out} on Lambda
     */
    public EmfWriter(MeterRegistry registry, String namespace, Predicate<String> wanted, Appendable out, Clock clock) {
        if (namespace.isBlank() || namespace.length() > 255) {
            throw new IllegalArgumentException("A CloudWatch namespace has 1 to 255 characters");
        }
        this.meters = new WantedMeters(registry, PREFIX, wanted);
        this.namespace = namespace;
        this.out = out;
        this.clock = clock;
    }

    /** Writes what is new since the last flush; nothing when nothing is. */
    public void flush() {
        lock.lock();
        try {
            List<Sample> moved = new ArrayList<>();
            List<Sample> gauges = new ArrayList<>();
            for (Meter meter : meters.all()) {
                switch (meter) {
                    case Counter counter -> deltas.of(counter).ifPresent(moved::add);
                    case Timer timer -> deltas.of(timer).ifPresent(moved::add);
                    case Gauge gauge -> deltas.of(gauge).ifPresent(gauges::add);
                    default -> {
                        // No meter of ours is of another kind.
                    }
                }
            }
            if (moved.isEmpty() && gauges.equals(lastGauges)) {
                return;
            }
            lastGauges = List.copyOf(gauges);
            moved.addAll(gauges);
            write(moved);
        } finally {
            lock.unlock();
        }
    }

    private void write(List<Sample> samples) {
        Map<List<Tag>, List<Sample>> byDimensions = new LinkedHashMap<>();
        samples.forEach(sample -> byDimensions
                .computeIfAbsent(sample.meter().getTags(), tags -> new ArrayList<>())
                .add(sample));
        StringBuilder lines = new StringBuilder();
        Instant now = clock.instant();
        byDimensions.forEach((dimensions, alike) -> documents(now, dimensions, alike, lines));
        try {
            out.append(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes as many documents as their limits require; each holds a metric's name once. */
    private void documents(Instant now, List<Tag> dimensions, List<Sample> samples, StringBuilder lines) {
        Map<String, Sample> metrics = new LinkedHashMap<>();
        for (Sample sample : samples) {
            String name = sample.meter().getName().substring(PREFIX.length());
            List<Double> values = sample.values();
            for (int from = 0; from < values.size(); from += MOST_VALUES) {
                if (metrics.size() == MOST_METRICS || metrics.containsKey(name)) {
                    document(now, dimensions, metrics, lines);
                    metrics.clear();
                }
                List<Double> chunk = values.subList(from, Math.min(values.size(), from + MOST_VALUES));
                metrics.put(name, new Sample(sample.meter(), sample.unit(), chunk));
            }
        }
        document(now, dimensions, metrics, lines);
    }

    /** Metrics that share their dimensions, at one moment, on one line, as CloudWatch Logs wants an event. */
    private void document(Instant time, List<Tag> dimensions, Map<String, Sample> metrics, StringBuilder lines) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = root.putObject("_aws").put("Timestamp", time.toEpochMilli());
        ObjectNode directive =
                metadata.putArray("CloudWatchMetrics").addObject().put("Namespace", namespace);
        ArrayNode dimensionSet = directive.putArray("Dimensions").addArray();
        for (Tag dimension : dimensions) {
            dimensionSet.add(dimension.getKey());
            root.put(dimension.getKey(), dimension.getValue());
        }
        ArrayNode definitions = directive.putArray("Metrics");
        metrics.forEach((name, sample) -> {
            definitions.addObject().put("Name", name).put("Unit", sample.unit());
            if (sample.values().size() == 1) {
                root.put(name, sample.values().getFirst());
            } else {
                sample.values().forEach(root.putArray(name)::add);
            }
        });
        lines.append(root).append('\n');
    }

    /** How metrics are written for CloudWatch. */
    @ConfigMapping(prefix = "afterimage.metrics")
    public interface MetricsConfig {

        /** The CloudWatch namespace; one a deployment, so that two in one account don't add up. */
        @WithDefault("Afterimage")
        String namespace();
    }
}
