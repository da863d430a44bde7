package dev.afterimage.metrics.emf;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
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
 * Writes what a registry's meters counted since the last time as CloudWatch metrics, one document a line and set of
 * dimensions. Made for Lambda, where nobody can scrape and a process is frozen between invocations: flushed at the end of
 * each, nothing waits for a timer.
 *
 * <p>Counters are written as their growth (unit Count), timers as their new observations (Milliseconds), gauges as they are.
 * Gauges follow the others: while no counter or timer moves and no gauge changes, nothing is written at all.
 *
 * <p>A metric is named as its meter without {@value #PREFIX}; the meter's tags are its dimensions. So
 * {@code afterimage.permits{lane="bulk"}} is the metric {@code permits} with the dimension {@code lane=bulk}. Meters
 * of others (JVM, HTTP server) are left out: every metric is billed.
 */
public final class EmfWriter {

    /** What the names of our meters begin with. */
    public static final String PREFIX = "afterimage.";

    private final WantedMeters meters;
    private final String namespace;
    private final Appendable out;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deltas deltas = new Deltas();
    private List<Sample> lastGauges = List.of();

    /**
     * A writer for which everything that was counted so far is new.
     *
     * @param namespace where CloudWatch files the metrics
     * @param wanted which of our meters are written, by name without {@value #PREFIX}: leave out what CloudWatch knows by
     *     itself, such as the depth of an SQS queue, for it would be asked for at each flush
     * @param out one document a line; {@link System#out} on Lambda
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

    /** As many documents as the limits of one ask for; a name stands in each at most once. */
    private void documents(Instant now, List<Tag> dimensions, List<Sample> samples, StringBuilder lines) {
        Map<String, Sample> metrics = new LinkedHashMap<>();
        for (Sample sample : samples) {
            String name = sample.meter().getName().substring(PREFIX.length());
            for (List<Double> values : chunks(sample.values())) {
                if (metrics.size() == EmfDocument.MOST_METRICS || metrics.containsKey(name)) {
                    line(new EmfDocument(namespace, now, dimensions, metrics), lines);
                    metrics.clear();
                }
                metrics.put(name, new Sample(sample.meter(), sample.unit(), values));
            }
        }
        line(new EmfDocument(namespace, now, dimensions, metrics), lines);
    }

    private static void line(EmfDocument document, StringBuilder lines) {
        lines.append(document).append('\n');
    }

    private static List<List<Double>> chunks(List<Double> values) {
        List<List<Double>> chunks = new ArrayList<>();
        for (int from = 0; from < values.size(); from += EmfDocument.MOST_VALUES) {
            chunks.add(values.subList(from, Math.min(values.size(), from + EmfDocument.MOST_VALUES)));
        }
        return chunks;
    }
}
