package dev.afterimage.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.testing.MemoryImageStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that begin a request and never end it or send ever more, and a core that never ends one. */
@QuarkusTest
@TestProfile(SlowClientTest.Impatient.class)
@Timeout(120)
class SlowClientTest extends WithFakeCore {

    /** Waits for bodies, and for the next bytes of an upload, only a moment, and reads little. */
    public static class Impatient extends FakeCore {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> config = new HashMap<>(super.getConfigOverrides());
            config.put("afterimage.http.head-timeout", "1500ms");
            config.put("afterimage.http.body-timeout", "200ms");
            config.put("afterimage.http.deadline", "100ms");
            config.put("afterimage.openai.max-base64", "100000000");
            config.put("quarkus.http.read-timeout", "200ms");
            config.put("quarkus.http.limits.max-body-size", "1M");
            return config;
        }
    }

    @Inject
    MemoryImageStore store;

    @Inject
    Base64Memory memory;

    @Test
    void aBodyThatDoesNotArriveInTimeIsGivenUp() throws IOException {
        try (RawHttp client = RawHttp.begin(
                RestAssured.port,
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 100\r\n\r\n{\"template\":")) {
            String answer = client.readToEnd();
            assertThat(answer)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("application/problem+json", "/problems/request-timeout");
        }
    }

    @Test
    void anAnswerThatTheCoreNeverGivesIsOutOfTime() throws IOException {
        core.answerWith(new CompletableFuture<>());
        try (RawHttp client = new RawHttp(RestAssured.port)) {
            String body = "{\"template\":\"t\",\"data\":{}}";
            assertThat(client.send("POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1", "/problems/out-of-time");
        }
    }

    /** A resource of Quarkus REST pauses the request, which then says that it has not ended. */
    @Test
    void whoWaitsForASlowAnswerIsNotTakenForASlowSender() throws IOException {
        core.answerWith(CompletableFuture.supplyAsync(
                () -> new ImageOutcome.Hit(FakeCore.ENTRY),
                CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS)));
        try (RawHttp client = new RawHttp(RestAssured.port)) {
            String body = "{\"prompt\":\"a lighthouse\",\"model\":\"card\",\"response_format\":\"url\"}";
            assertThat(client.send(
                            "POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    /** The answer is larger than what the sockets of both sides hold. */
    @Test
    void whoDoesNotReadImagesInBase64IsCutOffWhenOthersNeedTheMemory() throws IOException {
        byte[] large = new byte[12 << 20];
        IndexEntry entry = new IndexEntry(
                FakeCore.KEY,
                ImageFormat.PNG,
                large.length,
                FakeCore.NOW,
                FakeCore.NOW.plusSeconds(60),
                FakeCore.NOW.plusSeconds(90));
        store.put(entry, large);
        core.answerWith(new ImageOutcome.Hit(entry));
        String body = "{\"prompt\":\"a lighthouse\",\"model\":\"card\",\"response_format\":\"b64_json\"}";
        Base64MemoryTest.Answer others = new Base64MemoryTest.Answer();
        memory.reserve(memory.free() - 4 * large.length, others, others::cutOff);
        try (RawHttp slow = new RawHttp(RestAssured.port)) {
            assertThat(slow.send("POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 200 ");
            Stream<Integer> answers = Stream.generate(() -> RestAssured.given()
                    .contentType("application/json")
                    .body(body)
                    .post("/v1/images/generations")
                    .statusCode());
            assertThat(answers.takeWhile(status -> status == 503)).isNotEmpty();
        } finally {
            others.end();
            store.delete(FakeCore.KEY);
        }
    }

    /** The server's idle time-out never ends a client that sends a byte now and then. */
    @Test
    void headersThatNeverEndAreCutOff() throws Exception {
        try (RawHttp client = RawHttp.begin(RestAssured.port, "GET /v1/stats HTTP/1.1\r\nHost: x\r\nX-Endless: ")) {
            CountDownLatch over = new CountDownLatch(1);
            Thread dripping = Thread.startVirtualThread(() -> client.drip(over));
            assertThat(client.readToEnd()).isEmpty();
            over.countDown();
            dripping.join();
        }
    }

    /** A connection may stay open for longer than the head of one request may take. */
    @Test
    void aConnectionServesOneRequestAfterAnother() throws IOException {
        String request = "GET /v1/stats HTTP/1.1\r\nHost: x\r\n\r\n";
        try (RawHttp client = new RawHttp(RestAssured.port);
                RawHttp dripping =
                        RawHttp.begin(RestAssured.port, "GET /v1/stats HTTP/1.1\r\nHost: x\r\nX-Endless: ")) {
            assertThat(client.send(request)).startsWith("HTTP/1.1 200 ");
            CountDownLatch over = new CountDownLatch(1);
            Thread.startVirtualThread(() -> dripping.drip(over));
            assertThat(dripping.readToEnd()).isEmpty();
            over.countDown();
            assertThat(client.send(request)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void anUploadThatPausesForTooLongIsCutOff() throws IOException {
        try (RawHttp client = RawHttp.begin(
                RestAssured.port,
                "POST /v1/batches?template=t HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                        + "Content-Length: 100\r\n\r\ntitle\n")) {
            assertThat(client.readToEnd()).doesNotStartWith("HTTP/1.1 2");
        }
    }

    /** Waiting for the end of such a body would keep its client, a virtual thread and a connection for ever. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/x-ndjson | ?template=t              | {}%n     | 413
            application/x-ndjson | ?template=t&dry-run=true | {}%n     | 413
            application/x-ndjson | ?template=t&callback=x   | {}%n     | 400
            text/csv             | ?template=t              | a,a%n1,2 | 400
            application/json     | ''                       | {"jobs"1 | 400
            """)
    void anUploadThatIsRefusedIsAnsweredBeforeItEnds(String type, String query, String line, int status)
            throws Exception {
        String rows = line.formatted();
        try (RawHttp client = RawHttp.begin(
                RestAssured.port,
                "POST /v1/batches" + query + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + type
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n"
                        + rows.repeat(1 + (1 << 20) / rows.length()))) {
            CountDownLatch over = new CountDownLatch(1);
            Thread dripping = Thread.startVirtualThread(() -> client.drip(over));
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("application/problem+json");
            over.countDown();
            dripping.join();
        }
    }

    /** Its length is not announced, so that it is refused only while it is read. */
    @ParameterizedTest
    @ValueSource(strings = {"", "?dry-run=true"})
    void aChunkedUploadIsTooLargeOnceItIs(String query) throws Exception {
        byte[] chunk = "{\"template\":\"t\",\"data\":{}}\n".repeat(1000).getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("http://localhost:" + RestAssured.port + "/v1/batches" + query))
                                .header("Content-Type", "application/x-ndjson")
                                .POST(HttpRequest.BodyPublishers.ofByteArrays(Collections.nCopies(100, chunk)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("/problems/body-too-large", "1048576");
    }
}
