package dev.afterimage.http.batch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.http.FakeCore;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@TestProfile(FakeCore.class)
class BatchResourceTest {

    private static final String TWO_JOBS = "{\"jobs\":[{\"template\":\"card\",\"data\":{\"n\":1}},{\"data\":{}}]}";

    @Inject
    MemoryJobQueue queue;

    @Inject
    MemoryImageIndex index;

    @Inject
    BatchLedger ledger;

    @TestHTTPResource("/v1/batches?template=card")
    URL batches;

    @BeforeEach
    void drain() {
        queue.clear();
    }

    @Test
    void uploadUrlIsRefusedWithAdviceWhereImagesAreFiles() {
        given().post("/v1/batches/uploads")
                .then()
                .statusCode(404)
                .body("type", endsWith("/not-found"))
                .body("detail", containsString("POST /v1/batches"));
        given().contentType("text/csv")
                .post("/v1/batches?template=card&upload=01jqvcx7h5m0a2b3c4d5e6f7g8")
                .then()
                .statusCode(404)
                .body("type", endsWith("/upload-not-found"));
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void jsonIsAcceptedAndItsBadRowsAreReported() {
        ValidatableResponse answer =
                post("application/json", TWO_JOBS).statusCode(202).body("total", equalTo(2));
        String id = answer.extract().path("id");
        answer.header("Location", endsWith("/v1/batches/" + id));

        given().get("/v1/batches/" + id)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("id", equalTo(id))
                .body("state", equalTo("running"))
                .body("total", equalTo(2))
                .body("done", equalTo(0))
                .body("hits", equalTo(0))
                .body("generated", equalTo(0))
                .body("failed", equalTo(1))
                .body("failures", hasSize(1))
                .body("failures[0].line", equalTo(2))
                .body("failures[0].reason", containsString("template"))
                .body("startedAt", equalTo(FakeCore.NOW.toString()))
                .body("$", hasKey("finishedAt"))
                .body("finishedAt", nullValue())
                .body("$", not(hasKey("etaSeconds")));
    }

    @Test
    void ndjsonAndCsvAreAccepted() {
        post("application/x-ndjson", "{\"template\":\"card\",\"data\":{}}\n\n{\"template\":\"hero\",\"data\":{}}\n")
                .statusCode(202)
                .body("total", equalTo(2));
        post("text/csv; charset=utf-8", "template,a.b\ncard,1\n")
                .statusCode(202)
                .body("total", equalTo(1));

        assertThat(claims())
                .extracting(claim -> Jobs.image(claim).request().data().json())
                .containsExactlyInAnyOrder("{}", "{}", "{\"a\":{\"b\":\"1\"}}");
    }

    @Test
    void theQueryNamesTheTemplateOfACsv() {
        given().contentType("text/csv")
                .body("title\nA\n")
                .post("/v1/batches?template=card")
                .then()
                .statusCode(202);

        assertThat(claims())
                .extracting(claim -> Jobs.image(claim).request().template().value())
                .containsExactly("card");
    }

    @Test
    void freshRowIsAHit() {
        index.putFresh(Jobs.bulk(7).key(), FakeCore.NOW.plusSeconds(60));
        String row = "{\"template\":\"card\",\"format\":\"webp\",\"data\":"
                + Jobs.request(7).data().json() + "}";
        String id = post("application/json", "[" + row + "]")
                .statusCode(202)
                .extract()
                .path("id");

        given().get("/v1/batches/" + id)
                .then()
                .body("state", equalTo("finished"))
                .body("hits", equalTo(1))
                .body("done", equalTo(1))
                .body("finishedAt", equalTo(FakeCore.NOW.toString()));
        assertThat(claims()).isEmpty();
    }

    @Test
    void aRepeatWithTheSameKeyReturnsTheFirst() {
        String key = UUID.randomUUID().toString();
        String first = repeat(key, "title\nA\n").statusCode(202).extract().path("id");

        repeat(key, "title\nA\n").statusCode(202).body("id", equalTo(first)).body("total", equalTo(1));
        repeat(key, "title\nB\n")
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", endsWith("/idempotency-key-reused"));
        assertThat(claims()).hasSize(1);
    }

    private static ValidatableResponse repeat(String key, String csv) {
        return given().contentType("text/csv")
                .header("Idempotency-Key", key)
                .body(csv)
                .post("/v1/batches?template=card")
                .then();
    }

    @Test
    void unreadableUploadIsAProblem() {
        problem(post("application/json", "{\"jobs\":["), 400, "invalid-request");
        problem(post("application/json", "{\"jobs\":[]}"), 400, "invalid-request");
        problem(post("text/csv", "title\nA\n"), 400, "invalid-request");
        problem(post("text/plain", "title\nA\n"), 415, "unsupported-media-type");
        problem(given().get("/v1/batches/nobody").then(), 404, "batch-not-found");
        problem(given().delete("/v1/batches/nobody").then(), 404, "batch-not-found");
        problem(given().get("/v1/batches/nobody/events").then(), 404, "batch-not-found");
    }

    @Test
    void anUploadWithoutAMediaTypeOrCompressedIsNotSupported() throws Exception {
        HttpRequest untyped = HttpRequest.newBuilder(batches.toURI())
                .POST(HttpRequest.BodyPublishers.ofString("title\nA\n"))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(untyped, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("text/csv", "application/x-ndjson", "application/json");

        for (String encoding : new String[] {"gzip", "deflate", "br", "identity, gzip"}) {
            problem(
                    given().contentType("text/csv")
                            .header("Content-Encoding", encoding)
                            .body("title\nA\n")
                            .post("/v1/batches?template=card")
                            .then(),
                    415,
                    "unsupported-media-type");
        }
        assertThat(claims()).isEmpty();
    }

    @Test
    void malformedIdempotencyKeyIsRefused() {
        for (String key : new String[] {"", " ", "x".repeat(256)}) {
            problem(repeat(key, "title\nA\n"), 400, "invalid-request");
        }
        problem(
                given().contentType("text/csv")
                        .header("Idempotency-Key", "a", "b")
                        .body("title\nA\n")
                        .post("/v1/batches?template=card")
                        .then(),
                400,
                "invalid-request");
        assertThat(claims()).isEmpty();
    }

    private static void problem(ValidatableResponse answer, int status, String type) {
        answer.statusCode(status).contentType("application/problem+json").body("type", endsWith("/" + type));
    }

    @Test
    void aCancelledBatchSaysSo() {
        String id = post("application/json", TWO_JOBS).extract().path("id");

        given().delete("/v1/batches/" + id).then().statusCode(200).body("state", equalTo("cancelled"));
        given().get("/v1/batches/" + id)
                .then()
                .body("state", equalTo("cancelled"))
                .body("finishedAt", equalTo(FakeCore.NOW.toString()));
    }

    @Test
    void uploadIsQueuedWhileItArrives() throws Exception {
        HttpURLConnection upload = (HttpURLConnection) batches.openConnection();
        upload.setRequestMethod("POST");
        upload.setDoOutput(true);
        upload.setRequestProperty("Content-Type", "text/csv");
        upload.setChunkedStreamingMode(4096);
        try (OutputStream out = upload.getOutputStream()) {
            out.write("title\n".getBytes(StandardCharsets.UTF_8));
            int sent = 0;
            // Far more than all buffers hold, so the upload continues only while the service reads it.
            while (queue.status().bulk() == 0 && sent < 300_000) {
                out.write(("row " + sent++ + " " + "x".repeat(100) + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            assertThat(queue.status().bulk()).isPositive();
        }
        assertThat(upload.getResponseCode()).isEqualTo(202);
    }

    /** The clock stands still, so that a repeat that may wait would wait for ever. */
    @Test
    @Timeout(60)
    void aRepeatWaitsForTheFirstNoLongerThanItPrefers() throws Exception {
        String key = UUID.randomUUID().toString();
        HttpURLConnection first = (HttpURLConnection) batches.openConnection();
        first.setRequestMethod("POST");
        first.setDoOutput(true);
        first.setRequestProperty("Content-Type", "text/csv");
        first.setRequestProperty("Idempotency-Key", key);
        first.setChunkedStreamingMode(4096);
        try (OutputStream out = first.getOutputStream()) {
            out.write("template,title\n".getBytes(StandardCharsets.UTF_8));
            for (int sent = 0; queue.status().bulk() == 0; sent++) {
                out.write(("card,row " + sent + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }

            given().contentType("text/csv")
                    .header("Idempotency-Key", key)
                    .header("Prefer", "wait=0")
                    .body("template,title\n")
                    .post("/v1/batches")
                    .then()
                    .statusCode(409)
                    .header("Preference-Applied", "wait=0")
                    .body("type", endsWith("/idempotency-key-in-use"));
        }
        assertThat(first.getResponseCode()).isEqualTo(202);
        assertThat(first.getHeaderField("Preference-Applied")).isNull();
    }

    @Test
    void batchOfThousandsOfRowsIsAccepted() {
        StringBuilder csv = new StringBuilder("title\n");
        for (int i = 0; i < 120_000; i++) {
            csv.append("image number ")
                    .append(i)
                    .append(" of a large catalogue, ")
                    .append("with some text ".repeat(6))
                    .append('\n');
        }
        assertThat(csv.length()).isGreaterThan(12_000_000);

        given().contentType("text/csv")
                .body(csv.toString())
                .post("/v1/batches?template=card")
                .then()
                .statusCode(202)
                .body("total", equalTo(120_000));
    }

    @Test
    void progressIsStreamedUntilTheEnd() throws Exception {
        String id = post("application/json", "[{\"template\":\"card\",\"data\":{\"events\":1}}]")
                .extract()
                .path("id");
        HttpURLConnection events = (HttpURLConnection)
                batches.toURI().resolve("/v1/batches/" + id + "/events").toURL().openConnection();
        events.setReadTimeout(30_000);
        List<String> data = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(events.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("data:")) {
                    data.add(line);
                    ledger.record(id, List.of(RowResult.generated(1)));
                }
            }
        }

        assertThat(events.getContentType()).startsWith("text/event-stream");
        assertThat(data.getFirst()).contains("\"state\":\"running\"");
        assertThat(data.getLast()).contains("\"state\":\"finished\"", "\"generated\":1");
    }

    @Test
    void dryRunReportsTheCostOfABatchAndQueuesNothing() {
        index.putFresh(Jobs.bulk(7).key(), FakeCore.NOW.plusSeconds(60));
        StringBuilder rows = new StringBuilder();
        for (int number : new int[] {7, 8, 8, 9}) {
            rows.append("{\"template\":\"card\",\"format\":\"webp\",\"data\":")
                    .append(Jobs.request(number).data().json())
                    .append("}\n");
        }

        given().contentType("application/x-ndjson")
                .body((rows + "{}\n").getBytes(StandardCharsets.UTF_8))
                .post("/v1/batches?dry-run=true")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("rows", equalTo(5))
                .body("duplicates", equalTo(1))
                .body("fresh", equalTo(1))
                .body("missing", equalTo(2))
                .body("bad", hasSize(1))
                .body("bad[0].line", equalTo(5))
                .body("bad[0].reason", containsString("template"))
                .body("cost", equalTo(2))
                .body("price.amount", equalTo(0.08f))
                .body("price.currency", equalTo("USD"))
                .body("creditsLeft", equalTo(40))
                .body("duration", equalTo(1));
        assertThat(claims()).isEmpty();
    }

    @Test
    void dryRunRefusesAnUploadWithMoreLinesThanABatchMayHave() {
        given().contentType("application/x-ndjson")
                .body(("\n".repeat(10_000_000) + "{\"data\":{}}").getBytes(StandardCharsets.UTF_8))
                .post("/v1/batches?template=card&dry-run=true")
                .then()
                .statusCode(400)
                .body("type", endsWith("/invalid-request"))
                .body("detail", containsString("at most 10,000,000 lines"));
    }

    @Test
    void dryRunRefusesTheSameUploadsAsABatch() {
        for (String query : new String[] {"?dry-run=yes", "?dry-run="}) {
            problem(
                    given().contentType("text/csv")
                            .body("template\ncard\n")
                            .post("/v1/batches" + query)
                            .then(),
                    400,
                    "invalid-request");
        }
        problem(
                given().contentType("application/json")
                        .body("[]")
                        .post("/v1/batches?dry-run=true")
                        .then(),
                400,
                "invalid-request");
        assertThat(claims()).isEmpty();
    }

    @Test
    void aCatalogueIsPlannedByHandAndADryRunOfItQueuesNothing() {
        given().post("/v1/catalogues/cards?dry-run=true")
                .then()
                .statusCode(200)
                .body("rows", equalTo(3))
                .body("missing", equalTo(2))
                .body("bad[0].line", equalTo(3))
                .body("cost", equalTo(2));
        assertThat(claims()).isEmpty();

        given().post("/v1/catalogues/cards")
                .then()
                .statusCode(200)
                .body("catalogue", equalTo("cards"))
                .body("complete", equalTo(true))
                .body("rows", equalTo(3))
                .body("enqueued", equalTo(2))
                .body("bad", hasSize(1));
        assertThat(claims()).hasSize(2);

        problem(given().post("/v1/catalogues/none?dry-run=true").then(), 404, "catalogue-not-found");
        problem(given().post("/v1/catalogues/gone?dry-run=true").then(), 422, "catalogue-unreadable");
        problem(given().post("/v1/catalogues/cards?dry-run=1").then(), 400, "invalid-request");
    }

    @Test
    void theImagesOfABatchAreListedAsNdjsonOrCsv() {
        index.putFresh(Jobs.bulk(7).key(), FakeCore.NOW.plusSeconds(60));
        String row = "{\"template\":\"card\",\"format\":\"webp\",\"data\":"
                + Jobs.request(7).data().json() + "}";
        String id = post(
                        "application/json",
                        "[" + row + ",{}," + row + ",{\"template\":\"card\",\"data\":{\"images\":1}}]")
                .extract()
                .path("id");
        String images = "/v1/batches/" + id + "/images";
        String url = FakeCore.url();

        String hit = "\"key\":\"" + Jobs.bulk(7).key() + "\",\"url\":\"" + url + "\",\"outcome\":\"hit\"}\n";
        for (String accept : new String[] {"*/*", "application/x-ndjson"}) {
            given().accept(accept)
                    .get(images)
                    .then()
                    .statusCode(200)
                    .contentType("application/x-ndjson")
                    .body(equalTo("{\"line\":1," + hit
                            + "{\"line\":2,\"key\":null,\"url\":null,\"outcome\":\"failed\"}\n"
                            + "{\"line\":3," + hit));
        }
        given().accept("text/csv")
                .get(images)
                .then()
                .statusCode(200)
                .contentType("text/csv")
                .body(equalTo("line,key,url,outcome\r\n1," + Jobs.bulk(7).key() + "," + url + ",hit\r\n2,,,failed\r\n3,"
                        + Jobs.bulk(7).key() + "," + url + ",hit\r\n"));
        given().get(images + "?after=1&limit=1")
                .then()
                .statusCode(200)
                .body(containsString("\"line\":2,"), not(containsString("\"line\":3,")));
        given().get(images + "?after=2&limit=30000000000")
                .then()
                .statusCode(200)
                .body(containsString("\"line\":3,"));
        for (String query : List.of("after=-1", "limit=abc", "limit=1.5")) {
            problem(given().get(images + "?" + query).then(), 400, "invalid-request");
        }
        problem(given().accept("image/png").get(images).then(), 406, "not-acceptable");
        problem(given().get("/v1/batches/nobody/images").then(), 404, "batch-not-found");
    }

    @Test
    void imagesOfALargeBatchAreListedCompletely() {
        StringBuilder csv = new StringBuilder("title,format\n");
        for (int i = 0; i < 20_000; i++) {
            csv.append(i).append(",bmp\n");
        }
        String id = given().contentType("text/csv")
                .body(csv.toString())
                .post("/v1/batches?template=card")
                .then()
                .statusCode(202)
                .extract()
                .path("id");

        String images = given().get("/v1/batches/" + id + "/images").asString();

        assertThat(images.lines()).hasSize(20_000);
        assertThat(images.lines().toList().getLast()).startsWith("{\"line\":20001,");
    }

    @Test
    void theCallbackOfABatchIsQueuedWhenItEnds() {
        index.putFresh(Jobs.bulk(7).key(), FakeCore.NOW.plusSeconds(60));
        String row = "{\"template\":\"card\",\"format\":\"webp\",\"data\":"
                + Jobs.request(7).data().json() + "}";
        String url = "http://127.0.0.1/told?a=b";
        List<String> bodies = List.of(
                "{\"jobs\":[" + row + "],\"callback\":\"" + url + "\"}",
                "{\"callback\":\"" + url + "\",\"jobs\":[" + row + "]}");
        for (String body : bodies) {
            String id = post("application/json", body).statusCode(202).extract().path("id");
            assertThat(claims())
                    .singleElement()
                    .satisfies(claim -> assertThat(claim.job())
                            .isEqualTo(
                                    new Job.Callback("callback-" + id, URI.create(url), new Job.Subject.OfBatch(id))));
        }
        given().contentType("application/x-ndjson")
                .queryParam("callback", url)
                .body(row.getBytes(StandardCharsets.UTF_8))
                .post("/v1/batches")
                .then()
                .statusCode(202);
        assertThat(claims()).hasSize(1);
    }

    @Test
    void aCallbackThatIsNotHttpsOrNotPublicIsRefusedAndNothingIsQueued() {
        for (String url : List.of(
                "http://93.184.215.14/",
                "https://127.0.0.2/",
                "https://localhost/",
                "https://10.1.2.3/",
                "nowhere",
                "")) {
            problem(
                    given().contentType("text/csv")
                            .queryParam("callback", url)
                            .queryParam("template", "card")
                            .body("title\nA\n")
                            .post("/v1/batches")
                            .then(),
                    400,
                    "invalid-request");
            problem(
                    post(
                            "application/json",
                            "{\"callback\":\"" + url + "\",\"jobs\":[{\"template\":\"card\",\"data\":{}}]}"),
                    400,
                    "invalid-request");
        }
        problem(
                post("application/json", "{\"callback\":1,\"jobs\":[{\"template\":\"card\",\"data\":{}}]}"),
                400,
                "invalid-request");
        assertThat(claims()).isEmpty();
    }

    private static ValidatableResponse post(String contentType, String body) {
        return given().contentType(contentType)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/v1/batches")
                .then();
    }

    private List<Claim> claims() {
        return queue.claim(EnumSet.allOf(Lane.class), 1_000_000, Duration.ZERO);
    }
}
