package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.testing.MutableClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EmfWriterTest {

    private final MutableClock clock = MutableClock.atSomeTime();
    private final StringBuilder out = new StringBuilder();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Meters meters = new Meters(registry);
    private final EmfWriter writer = writer(registry);

    private EmfWriter writer(MeterRegistry from) {
        return new EmfWriter(from, "Afterimage", name -> !name.startsWith("queue."), out, clock);
    }

    @Test
    void aDocumentNamesMetricDimensionUnitNamespaceAndTime() {
        meters.requests("interactive", "hit").increment(3);
        JsonNode document = flushed().getFirst();
        assertThat(document.toString())
                .isEqualTo("{\"_aws\":{\"Timestamp\":" + clock.millis()
                        + ",\"CloudWatchMetrics\":[{\"Namespace\":\"Afterimage\",\"Dimensions\":[[\"lane\",\"outcome\"]],"
                        + "\"Metrics\":[{\"Name\":\"requests\",\"Unit\":\"Count\"}]}]},"
                        + "\"lane\":\"interactive\",\"outcome\":\"hit\",\"requests\":3.0}");
    }

    @Test
    void aCounterIsWrittenAsItsGrowth() {
        meters.requests("interactive", "hit").increment(3);
        flushed();
        meters.requests("interactive", "hit").increment(2);
        assertThat(flushed()).singleElement().extracting(this::requests).isEqualTo(2.0);
    }

    @Test
    void nothingIsWrittenWhenNothingChanged() {
        meters.requests("interactive", "hit").increment();
        gauge(5.0);
        flushed();
        assertThat(flushed()).isEmpty();
    }

    @Test
    void aCounterThatDidNotMoveIsLeftOutWhileAnotherDid() {
        meters.requests("interactive", "hit").increment();
        meters.requests("interactive", "stored").increment();
        flushed();
        meters.requests("interactive", "stored").increment();
        assertThat(flushed())
                .singleElement()
                .extracting(document -> document.path("outcome").asText())
                .isEqualTo("stored");
    }

    @Test
    void countersOfDifferentDimensionsStandInDifferentDocuments() {
        meters.requests("interactive", "hit").increment();
        meters.requests("interactive", "stored").increment();
        meters.permits("bulk", "granted").increment();
        assertThat(flushed())
                .extracting(document ->
                        document.at("/_aws/CloudWatchMetrics/0/Dimensions").toString())
                .containsExactlyInAnyOrder(
                        "[[\"lane\",\"outcome\"]]", "[[\"lane\",\"outcome\"]]", "[[\"answer\",\"lane\"]]");
    }

    @Test
    void oneObservationIsWrittenExactlyInMilliseconds() {
        meters.providerLatency().record(Duration.ofMillis(100));
        flushed();
        meters.providerLatency().record(Duration.ofMillis(812));
        JsonNode document = flushed().getFirst();
        assertThat(document.path("provider.latency").asDouble()).isCloseTo(812, within(0.001));
        assertThat(document.at("/_aws/CloudWatchMetrics/0/Metrics/0/Unit").asText())
                .isEqualTo("Milliseconds");
        assertThat(document.at("/_aws/CloudWatchMetrics/0/Dimensions").toString())
                .isEqualTo("[[]]");
    }

    @Test
    void severalObservationsStayInTheirBucketsSoThatSlowOnesRemainSlow() {
        MeterRegistry cumulative = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        EmfWriter cumulativeWriter = writer(cumulative);
        Meters theirs = new Meters(cumulative);
        theirs.providerLatency().record(Duration.ofMillis(7_000));
        cumulativeWriter.flush();
        out.setLength(0);
        for (int i = 0; i < 8; i++) {
            theirs.providerLatency().record(Duration.ofMillis(300));
        }
        theirs.providerLatency().record(Duration.ofMillis(7_000));
        theirs.providerLatency().record(Duration.ofMillis(60_000));
        cumulativeWriter.flush();
        List<Double> values = values(EmfRules.documents(out).getFirst().path("provider.latency"));
        assertThat(values).hasSize(10);
        assertThat(values.subList(0, 8)).allMatch(value -> value > 250 && value <= 500);
        assertThat(values.get(8)).isBetween(5_000.0, 10_000.0);
        assertThat(values.get(9)).isGreaterThanOrEqualTo(25_000.0);
    }

    @Test
    void withoutBucketsAllObservationsAreWrittenAtTheirMean() {
        meters.requestTime("interactive", "hit").record(Duration.ofMillis(10));
        meters.requestTime("interactive", "hit").record(Duration.ofMillis(30));
        assertThat(values(flushed().getFirst().path("request.time"))).containsExactly(20.0, 20.0);
    }

    @Test
    void moreThanAHundredObservationsTakeMoreThanOneDocumentAndNoneIsLost() {
        for (int i = 0; i < 250; i++) {
            meters.requestTime("interactive", "hit").record(Duration.ofMillis(4));
        }
        assertThat(flushed())
                .hasSize(3)
                .extracting(document -> document.path("request.time").size())
                .containsExactly(100, 100, 50);
    }

    @Test
    void moreThanAHundredMetricsTakeMoreThanOneDocument() {
        for (int i = 0; i < 130; i++) {
            registry.counter("afterimage.many." + i).increment();
        }
        assertThat(flushed())
                .hasSize(2)
                .extracting(document ->
                        document.at("/_aws/CloudWatchMetrics/0/Metrics").size())
                .containsExactly(100, 30);
    }

    @Test
    void gaugesAreWrittenAsTheyAreWheneverSomethingMoved() {
        gauge(4210.0);
        meters.requests("interactive", "hit").increment();
        flushed();
        meters.requests("interactive", "hit").increment();
        assertThat(flushed())
                .anySatisfy(document ->
                        assertThat(document.path("credits.used").asDouble()).isEqualTo(4210));
    }

    @Test
    void changedGaugeCausesADocument() {
        AtomicReference<Double> used = gauge(1.0);
        flushed();
        used.set(2.0);
        assertThat(flushed())
                .singleElement()
                .extracting(document -> document.path("credits.used").asDouble())
                .isEqualTo(2.0);
    }

    @Test
    void naNIsNotWritten() {
        gauge(Double.NaN);
        gauge("afterimage.endless", Double.POSITIVE_INFINITY);
        assertThat(flushed()).isEmpty();
    }

    @Test
    void foreignAndUnwantedMetersAreLeftOut() {
        registry.counter("jvm.classes.loaded").increment();
        gauge(Meters.QUEUE_AGE, 12.0);
        assertThat(flushed()).isEmpty();
    }

    @Test
    void theWholeServiceOfOneInvocationFollowsTheFormat() {
        meters.requests("interactive", "stored").increment();
        meters.requestTime("interactive", "stored").record(Duration.ofMillis(512));
        meters.providerLatency().record(Duration.ofMillis(490));
        meters.providerAnswers("2xx").increment();
        meters.permits("interactive", "granted").increment();
        gauge(17.0);
        assertThat(flushed()).hasSize(4);
    }

    private AtomicReference<Double> gauge(double value) {
        return gauge(Meters.CREDITS_USED, value);
    }

    private AtomicReference<Double> gauge(String name, double value) {
        AtomicReference<Double> number = new AtomicReference<>(value);
        meters.gauge(name, "credits", "a number", number::get);
        return number;
    }

    private double requests(JsonNode document) {
        return document.path("requests").asDouble();
    }

    private static List<Double> values(JsonNode array) {
        List<Double> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asDouble()));
        return values;
    }

    /** What the next flush writes, checked against the rules. */
    private List<JsonNode> flushed() {
        out.setLength(0);
        writer.flush();
        return EmfRules.documents(out);
    }
}
