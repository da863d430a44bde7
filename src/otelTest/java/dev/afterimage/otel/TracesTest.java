package dev.afterimage.otel;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.arc.Unremovable;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The whole service with traces switched on, and what is told of a miss, a hit and a request link. */
@QuarkusTest
@TestProfile(TracesTest.Profile.class)
class TracesTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("afterimage.key");

    public static class Profile implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Received.class);
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.otel.sdk.disabled", "false",
                    "quarkus.otel.simple", "true",
                    "quarkus.otel.metrics.exporter", "none",
                    "afterimage.directory", "target/directory-of-traces",
                    "afterimage.links.secrets.a", SECRET);
        }
    }

    /** What has ended, in that order: a step before the request that it belongs to. */
    @Alternative // not for other tests: beside an exporter of ours Quarkus makes none
    @Singleton
    @Unremovable
    public static class Received implements SpanExporter {

        private final BlockingQueue<SpanData> ended = new LinkedBlockingQueue<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            ended.addAll(spans);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        /**
         * The trace of a job whose row came by a request: the job itself first, then its steps in the order in which they
         * ended. The index is written without being waited for, so that step may end after its job.
         */
        List<SpanData> traceOfJob() throws InterruptedException {
            List<SpanData> all = new ArrayList<>();
            while (!all.stream().map(SpanData::getName).toList().containsAll(List.of("job", "index write"))
                    || all.stream().noneMatch(Received::isRequest)) {
                all.add(next(all));
            }
            List<SpanData> jobs =
                    all.stream().filter(span -> span.getName().equals("job")).toList();
            assertThat(jobs).hasSize(1);
            SpanData job = jobs.getFirst();
            all.removeIf(span -> span == job || !span.getTraceId().equals(job.getTraceId()));
            all.addFirst(job);
            return all;
        }

        /** The trace of a request that made an image: as {@link #trace}, with the step that is not waited for. */
        List<SpanData> traceOfMiss() throws InterruptedException {
            return traceWith(List.of("index write"));
        }

        /** A request's trace: its steps in the order in which they began, and last the request itself. */
        List<SpanData> trace() throws InterruptedException {
            return traceWith(List.of());
        }

        private List<SpanData> traceWith(List<String> steps) throws InterruptedException {
            List<SpanData> all = new ArrayList<>();
            while (all.stream().noneMatch(Received::isRequest)
                    || !all.stream().map(SpanData::getName).toList().containsAll(steps)) {
                all.add(next(all));
            }
            SpanData request =
                    all.stream().filter(Received::isRequest).findFirst().orElseThrow();
            all.removeIf(span -> span == request || !span.getTraceId().equals(request.getTraceId()));
            all.sort(Comparator.comparingLong(SpanData::getStartEpochNanos));
            all.add(request);
            return all;
        }

        private SpanData next(List<SpanData> before) throws InterruptedException {
            SpanData next = ended.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("a span, after " + before).isNotNull();
            return next;
        }

        private static boolean isRequest(SpanData span) {
            return span.getKind() == SpanKind.SERVER;
        }
    }

    @Inject
    Received received;

    /** What nobody has asked for before, in an earlier run neither. */
    private static String card(String title) {
        String id = UUID.randomUUID().toString();
        return "{\"template\":\"social-card\",\"data\":{\"title\":\"" + title + "\",\"author\":\"" + id + "\"}}";
    }

    private static Response ask(String path, String body) {
        return given().contentType("application/json").body(body).post(path);
    }

    private static SpanData named(String name, List<SpanData> trace) {
        return trace.stream()
                .filter(step -> step.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMissGoesAllTheWayToTheProviderAndBack() throws Exception {
        String key = ask("/v1/images", card("Traced"))
                .then()
                .statusCode(200)
                .extract()
                .path("key");

        List<SpanData> trace = received.traceOfMiss();
        SpanData request = trace.removeLast();
        assertThat(trace).extracting(SpanData::getName).startsWith("index lookup", "store lookup");
        assertThat(trace)
                .extracting(SpanData::getName)
                .containsSubsequence("permit", "provider call", "departure", "store write", "index write");
        SpanData call = named("provider call", trace);
        assertThat(named("departure", trace).getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(trace)
                .filteredOn(step -> !step.getName().equals("departure"))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(request.getSpanId());
        assertThat(trace)
                .extracting(step -> step.getAttributes().get(KEY))
                .filteredOn(Objects::nonNull)
                .containsOnly(key);
    }

    @Test
    void aHitIsOneLookup() throws Exception {
        String card = card("Asked twice");
        ask("/v1/images", card).then().statusCode(200);
        received.traceOfMiss();
        ask("/v1/images", card).then().statusCode(200);

        assertThat(received.trace())
                .hasSize(2)
                .first()
                .extracting(SpanData::getName)
                .isEqualTo("index lookup");
    }

    @Test
    void aJobIsTheRootOfATraceOfItsOwn() throws Exception {
        ask("/v1/batches", "{\"jobs\":[" + card("Nobody's business") + "]}")
                .then()
                .statusCode(202);

        List<SpanData> trace = received.traceOfJob();
        SpanData job = trace.removeFirst();
        assertThat(trace).extracting(SpanData::getName).contains("index write");
        assertThat(job.getParentSpanContext().isValid()).isFalse();
        assertThat(job.getAttributes().asMap()).isEqualTo(Map.of(AttributeKey.stringKey("afterimage.lane"), "bulk"));
        assertThat(trace)
                .extracting(SpanData::getName)
                .containsSubsequence(
                        "index lookup", "store lookup", "permit", "departure", "provider call", "store write");
        assertThat(trace)
                .filteredOn(step -> !step.getName().equals("departure"))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(job.getSpanId());
        assertThat(trace).allSatisfy(span -> assertThat(span.toString()).doesNotContain("business"));
    }

    @Test
    void neitherDataNorSignaturesAreTold() throws Exception {
        String link = ask("/v1/links", card("Nobody's business"))
                .then()
                .statusCode(200)
                .extract()
                .path("url");
        List<SpanData> told = received.trace();
        given().redirects()
                .follow(false)
                .urlEncodingEnabled(false)
                .get(link)
                .then()
                .statusCode(302);
        told.addAll(received.traceOfMiss());

        String signature = link.substring(link.indexOf("&s=") + 3);
        String data = link.substring(link.indexOf("d=") + 2, link.indexOf("&s="));
        assertThat(told)
                .hasSizeGreaterThan(5)
                .allSatisfy(span -> assertThat(span.toString())
                        .doesNotContain(signature)
                        .doesNotContain(data)
                        .doesNotContain("business"));
    }
}
