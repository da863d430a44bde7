package dev.afterimage.otel;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What reaches a collector over its socket: traces by gRPC, as is the default, and meters by HTTP. The collector reads the
 * messages by protobuf's wire format and the field numbers of opentelemetry-proto 1.
 */
@QuarkusTest
@TestProfile(ExportTest.Profile.class)
class ExportTest {

    private static final String TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private static final String METERS = "/v1/metrics";

    public static class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.otel.sdk.disabled", "false",
                    "quarkus.otel.bsp.schedule.delay", "100ms",
                    "quarkus.otel.metric.export.interval", "1s",
                    "quarkus.otel.exporter.otlp.metrics.protocol", "http/protobuf",
                    "afterimage.directory", "target/directory-of-export");
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Collector.class));
        }
    }

    /** Takes OTLP over gRPC and over HTTP on one port, and keeps the messages of each path. */
    public static class Collector implements QuarkusTestResourceLifecycleManager {

        private final Map<String, BlockingQueue<byte[]>> messages =
                Map.of(TRACES, new LinkedBlockingQueue<>(), METERS, new LinkedBlockingQueue<>());
        private final Vertx vertx = Vertx.vertx();

        @Override
        public Map<String, String> start() {
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(request -> request.body().onSuccess(body -> take(request, body)))
                    .listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            return Map.of("quarkus.otel.exporter.otlp.endpoint", "http://localhost:" + server.actualPort());
        }

        private void take(HttpServerRequest request, Buffer body) {
            BlockingQueue<byte[]> taken = messages.get(request.path());
            if (taken == null) {
                request.response().setStatusCode(404).end();
            } else if (request.path().equals(TRACES)) {
                // A message over gRPC has its kind of compression and its length in front; so has the empty answer.
                assertThat(body.getByte(0)).as("no compression").isZero();
                taken.add(body.getBytes(5, body.length()));
                request.response()
                        .putHeader("content-type", "application/grpc")
                        .putTrailer("grpc-status", "0")
                        .end(Buffer.buffer(new byte[5]));
            } else {
                taken.add(body.getBytes());
                request.response()
                        .putHeader("content-type", "application/x-protobuf")
                        .end();
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(messages, new TestInjector.MatchesType(Map.class));
        }

        @Override
        public void stop() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** The collector's messages by path. */
    Map<String, BlockingQueue<byte[]>> messages;

    /**
     * The parts of a protobuf message at the end of a path of field numbers, where all on the way are messages.
     *
     * @return texts and messages; numbers are left out
     */
    private static List<byte[]> at(byte[] message, int... path) {
        List<byte[]> found = List.of(message);
        for (int number : path) {
            List<byte[]> inner = new ArrayList<>();
            found.forEach(outer -> addFields(outer, number, inner));
            found = inner;
        }
        return found;
    }

    private static void addFields(byte[] message, int number, List<byte[]> found) {
        ByteBuffer left = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (left.hasRemaining()) {
            long tag = varint(left);
            switch ((int) (tag & 7)) {
                case 0 -> varint(left);
                case 1 -> left.getLong();
                case 2 -> {
                    byte[] field = new byte[(int) varint(left)];
                    left.get(field);
                    if (tag >> 3 == number) {
                        found.add(field);
                    }
                }
                case 5 -> left.getInt();
                default ->
                    throw new IllegalArgumentException(
                            "not protobuf: " + HexFormat.of().formatHex(message));
            }
        }
    }

    private static long varint(ByteBuffer left) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = left.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static String text(byte[] message, int... path) {
        return at(message, path).stream().map(field -> new String(field, UTF_8)).collect(Collectors.joining());
    }

    private static String id(byte[] span, int field) {
        return at(span, field).stream().map(HexFormat.of()::formatHex).collect(Collectors.joining());
    }

    /** Of a span: 1 trace, 2 span, 4 parent, 5 name. */
    @Test
    void theStepsOfAMissArrive() throws Exception {
        String key = given().contentType("application/json")
                .body("{\"template\":\"social-card\",\"data\":{\"title\":\"Nobody's business\",\"author\":\""
                        + UUID.randomUUID() + "\"}}")
                .post("/v1/images")
                .then()
                .statusCode(200)
                .extract()
                .path("key");

        List<byte[]> spans = new ArrayList<>();
        StringBuilder told = new StringBuilder();
        Optional<byte[]> request = Optional.empty();
        // The index is written without being waited for, so that step may come after its request.
        while (request.isEmpty()
                || spans.stream().noneMatch(span -> text(span, 5).equals("index write"))) {
            byte[] message = messages.get(TRACES).poll(30, TimeUnit.SECONDS);
            assertThat(message)
                    .as("spans, after "
                            + spans.stream().map(span -> text(span, 5)).toList())
                    .isNotNull();
            told.append(new String(message, ISO_8859_1));
            assertThat(text(message, 1, 1, 1, 2, 1)).contains("afterimage");
            spans.addAll(at(message, 1, 2, 2));
            request = spans.stream()
                    .filter(span ->
                            text(span, 5).startsWith("POST") && at(span, 4).isEmpty())
                    .findFirst();
        }

        String trace = id(request.get(), 1);
        String parent = id(request.get(), 2);
        assertThat(spans)
                .filteredOn(span -> id(span, 1).equals(trace) && id(span, 4).equals(parent))
                .extracting(span -> text(span, 5))
                .contains("index lookup", "store lookup", "permit", "provider call", "store write", "index write");
        assertThat(told).contains(key).doesNotContain("business");
    }

    /** Of a metric: 1 name. */
    @Test
    void theMetersArrive() throws Exception {
        given().contentType("application/json")
                .body("{\"template\":\"social-card\",\"data\":{\"title\":\"Metered\"}}")
                .post("/v1/images")
                .then()
                .statusCode(200);

        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 30 && !names.containsAll(Set.of("afterimage.requests", "afterimage.queue.depth")); i++) {
            byte[] message = messages.get(METERS).poll(30, TimeUnit.SECONDS);
            assertThat(message).as("meters, after " + names).isNotNull();
            at(message, 1, 2, 2).forEach(metric -> names.add(text(metric, 1)));
        }
        assertThat(names).contains("afterimage.requests", "afterimage.request.time", "afterimage.queue.depth");
    }
}
