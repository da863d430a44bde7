package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.Method;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes of clients and their answers. None reaches the core. */
@QuarkusTest
@TestProfile(FakeCore.class)
class RefusedRequestTest extends WithFakeCore {

    private static final String BASE = "https://afterimage.dev/problems/";

    @AfterEach
    void nothingReachedTheCore() {
        core.assertUntouched();
    }

    private static ValidatableResponse post(byte[] body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/images")
                .then();
    }

    private static ValidatableResponse post(String body) {
        return post(body.getBytes(StandardCharsets.UTF_8));
    }

    private static ValidatableResponse problem(ValidatableResponse answer, int status, String slug) {
        return answer.statusCode(status)
                .contentType("application/problem+json")
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .body("type", equalTo(BASE + slug))
                .body("status", equalTo(status))
                .body("title", not(equalTo("")))
                .body("detail", not(equalTo("")))
                .body("requestId", equalTo(answer.extract().header("X-Request-Id")));
    }

    private static ValidatableResponse invalid(String body, String pointer) {
        return problem(post(body), 400, "invalid-request").body("pointer", equalTo(pointer));
    }

    private static String data(String value) {
        return "{\"template\":\"t\",\"data\":{\"a\":" + value + "}}";
    }

    // ---- The body: what cannot be read ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "{\"template\":\"t\",\"data\":{}", "{\"template\":\"t\",\"data\":{},}",
                        "{'template':'t'}",
                "{\"template\":\"t\",\"data\":{}} x", "{\"template\":\"t\",\"data\":{}}{}", "null", "[]", "\"t\"", "1",
                "{\"template\":\"t\" \"data\":{}}", "{\"template\":\"t\",\"data\":{}/**/}", "\uFEFF{}"
            })
    void bodyMustBeOneJsonObject(String body) {
        invalid(body, "#");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"template\":\"t\",\"template\":\"t\",\"data\":{}}",
                "{\"template\":\"t\",\"data\":{},\"data\":{}}",
                "{\"template\":\"t\",\"data\":{\"a\":1,\"b\":{\"c\":1,\"\\u0063\":2}}}"
            })
    void duplicateNameIsRefused(String body) {
        problem(post(body), 400, "invalid-request").body("detail", containsString("twice"));
    }

    @Test
    void anUnknownPropertyIsRefusedWithoutRepeatingIt() {
        invalid("{\"template\":\"t\",\"data\":{},\"secret-42\":1}", "#").body(not(containsString("secret-42")));
    }

    // ---- The body: its parts ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":{}}",
                "{\"template\":null,\"data\":{}}",
                "{\"template\":7,\"data\":{}}",
                "{\"template\":\"\",\"data\":{}}",
                "{\"template\":\"../x\",\"data\":{}}",
                "{\"template\":\"a b\",\"data\":{}}",
                "{\"template\":\"\\ud800\",\"data\":{}}",
                "{\"template\":{\"a\":1},\"data\":{}}"
            })
    void invalidTemplateIsRefused(String body) {
        invalid(body, "#/template");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"svg\"", "\"\"", "\"image/png\"", "7", "[\"png\"]"})
    void unknownFormatIsRefused(String format) {
        invalid("{\"template\":\"t\",\"data\":{},\"format\":" + format + "}", "#/format");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"template\":\"t\"}",
                "{\"template\":\"t\",\"data\":null}",
                "{\"template\":\"t\",\"data\":[]}",
                "{\"template\":\"t\",\"data\":\"x\"}"
            })
    void dataMustBeAnObject(String body) {
        invalid(body, "#/data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "-9007199254740993",
                "1e400",
                "-1e309",
                "\"\\ud83d\"",
                "\"\\ude00x\"",
                "\"\\ude00\\ud83d\"",
                "{\"\\udfff\":1}"
            })
    void ambiguousDataIsRefused(String value) {
        invalid(data(value), "#/data");
    }

    @Test
    void dataMayNest64DeepAndNoDeeper() {
        // The data's own braces are the first level.
        invalid(data("[".repeat(64) + "]".repeat(64)), "#/data").body("detail", containsString("64"));
        problem(post(data("[".repeat(5_000) + "]".repeat(5_000))), 400, "invalid-request")
                .body("detail", containsString("64"));
    }

    // ---- The body: size, media type, encoding ----

    @Test
    void aBodyOver256KibIsTooLarge() {
        problem(post(data("\"" + "x".repeat(256 * 1024) + "\"")), 413, "body-too-large")
                .body("detail", containsString("262144"));
    }

    @Test
    void aBodyOverTheFrameworksLimitIsTooLargeAsWell() throws Exception {
        String answer = RawHttp.send(
                RestAssured.port,
                "POST /v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n"
                        + "\r\n{");
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("application/problem+json", BASE + "body-too-large");
    }

    @Test
    void aChunkedBodyIsTooLargeOnceItIs() throws Exception {
        byte[] chunk = " ".repeat(64 * 1024).getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/v1/images"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArrays(java.util.Collections.nCopies(20, chunk)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains(BASE + "body-too-large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/problem+json",
                "*/*",
                "json",
                "application/json+x",
                "multipart/form-data; boundary=x",
                ";"
            })
    void anotherMediaTypeIsNotSupported(String type) throws IOException {
        String answer = RawHttp.send(
                RestAssured.port,
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: " + type
                        + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        assertThat(answer)
                .startsWith("HTTP/1.1 415 ")
                .contains("application/problem+json", BASE + "unsupported-media-type");
    }

    @Test
    void aBodyWithoutAMediaTypeIsNotSupported() throws IOException {
        String answer = RawHttp.send(
                RestAssured.port,
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        assertThat(answer).startsWith("HTTP/1.1 415 ").contains("Content-Type: application/json");
    }

    @Test
    void aCompressedBodyIsNotSupported() {
        problem(
                        given().contentType("application/json")
                                .header("Content-Encoding", "gzip")
                                .body(new byte[] {31, -117})
                                .post("/v1/images")
                                .then(),
                        415,
                        "unsupported-media-type")
                .body("detail", containsString("Content-Encoding"));
    }

    @Test
    void anEmptyBodyIsRefusedToo() throws IOException {
        String answer = RawHttp.send(
                RestAssured.port,
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains(BASE + "invalid-request", "\"pointer\":\"#\"");
    }

    // ---- Paths, methods, headers ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/v1",
                "/v1/",
                "/v1/nothing",
                "/v1/images/a/b/c",
                "/v1/templates",
                "/q/nothing",
                "/v1/templates/t",
                "/v2/images",
                "/nothing.html"
            })
    void anUnknownPathIsNotFound(String path) {
        ValidatableResponse answer = given().accept("text/html").get(path).then();
        answer.statusCode(404).contentType("application/problem+json").body("type", equalTo(BASE + "not-found"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE"})
    void anUnknownOrImpossibleKeyIsNotFound(String method) {
        if (method.equals("GET")) {
            problem(given().get("/v1/images/" + "f".repeat(64)).then(), 404, "image-not-found");
            problem(given().get("/v1/images/" + "f".repeat(64) + "/content").then(), 404, "image-not-found");
        }
        for (String key : new String[] {"x", "F".repeat(64), "f".repeat(63), "f".repeat(65), "%00", "%ff", "a%2Fb"}) {
            problem(
                            given().urlEncodingEnabled(false)
                                    .request(method, "/v1/images/" + key)
                                    .then(),
                            404,
                            "image-not-found")
                    .body("detail", containsString("64"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-x", "a%20b", "%F0%9F%98%80", "a%2F..%2Fb"})
    void aTemplateInThePathIsCheckedLikeAnyOther(String template) {
        problem(
                given().urlEncodingEnabled(false)
                        .post("/v1/templates/" + template + "/purge")
                        .then(),
                400,
                "invalid-request");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,    /v1/images,           'OPTIONS, POST'",
        "GET,    /v1/images,           'OPTIONS, POST'",
        "HEAD,   /v1/images,           'OPTIONS, POST'",
        "TRACE,  /v1/images,           'OPTIONS, POST'",
        "PATCH,  /v1/images/x,         'DELETE, GET, HEAD, OPTIONS'",
        "POST,   /v1/images/x,         'DELETE, GET, HEAD, OPTIONS'",
        "DELETE, /v1/images/x/content, 'GET, HEAD, OPTIONS'",
        "GET,    /v1/templates/t/purge,'OPTIONS, POST'",
        "GET,    /v1/batches/uploads,  'OPTIONS, POST'",
        "DELETE, /v1/batches/uploads,  'OPTIONS, POST'",
        "POST,   /v1/stats,            'GET, HEAD, OPTIONS'"
    })
    void wrongMethodIs405WithAllow(Method method, String path, String allow) {
        ValidatableResponse answer =
                given().request(method, path).then().statusCode(405).header("Allow", allow);
        answer.contentType("application/problem+json");
        if (method != Method.HEAD) {
            problem(answer, 405, "method-not-allowed");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/images,            'OPTIONS, POST'",
        "/v1/images/x,          'DELETE, GET, HEAD, OPTIONS'",
        "/v1/images/x/content,  'GET, HEAD, OPTIONS'",
        "/v1/images/generations,'OPTIONS, POST'",
        "/v1/batches,           'OPTIONS, POST'",
        "/v1/batches/x,         'DELETE, GET, HEAD, OPTIONS'",
        "/v1/batches/uploads,   'OPTIONS, POST'",
        "/v1/stats,             'GET, HEAD, OPTIONS'"
    })
    void optionsNameTheMethodsOfExactlyThisPath(String path, String allow) {
        given().options(path).then().statusCode(204).header("Allow", allow);
    }

    @Test
    void optionsOfAnUnknownPathAreNotFound() {
        problem(given().options("/v1/nothing").then(), 404, "not-found");
    }

    @Test
    void unsupportedAcceptIs406() {
        problem(
                given().contentType("application/json")
                        .accept("image/png")
                        .body(data("1"))
                        .post("/v1/images")
                        .then(),
                406,
                "not-acceptable");
        problem(given().accept("text/html").get("/v1/stats").then(), 406, "not-acceptable");
        problem(given().accept("nonsense").get("/v1/stats").then(), 406, "not-acceptable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/images/%zz", "/%", "/v1/templates/%e/purge", "/%c", "/nothing/%g0", "/v1/images/x?a=%zz"})
    void aPathOrQueryThatCannotBeDecodedIsRefused(String path) throws IOException {
        String answer =
                RawHttp.send(RestAssured.port, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json", BASE + "invalid-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/stats HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET v1/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            })
    void refusalsOfTheRouterAreProblemsToo(String request) throws IOException {
        String answer = RawHttp.send(RestAssured.port, request);
        assertThat(answer).matches("(?s)HTTP/1.1 40[04] .*application/problem\\+json.*");
    }

    @Test
    void problemsOfHeadHaveNoBody() throws IOException {
        String answer =
                RawHttp.send(RestAssured.port, "HEAD /v1/images/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 404 ")
                .contains("application/problem+json")
                .endsWith("\r\n\r\n");
    }

    @Test
    void connectionServesTheNextRequestAfterARefusedUnreadBody() throws IOException {
        String body = "x".repeat(2_000_000);
        try (RawHttp connection = new RawHttp(RestAssured.port)) {
            for (String path : new String[] {"/v1/images", "/v1/stats", "/v1/nothing", "/v1/templates/-/purge"}) {
                String refused = connection.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length() + "\r\nContent-Type: application/json\r\n\r\n" + body);
                assertThat(refused).startsWith("HTTP/1.1 4").contains("application/problem+json");
            }
            assertThat(connection.send("GET /v1/stats HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost\r\nHost: localhost\r\n",
                "Host: localhost\r\nHost: x\r\n",
                "Host: x\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n",
                "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n",
                "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Host: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 2\r\n"
            })
    void ambiguousHostOrFramingIsRefusedAndTheConnectionClosed(String framing) throws IOException {
        try (RawHttp connection = new RawHttp(RestAssured.port)) {
            String answer = connection.send(
                    "POST /v1/images HTTP/1.1\r\nContent-Type: application/json\r\n" + framing + "\r\n{}");
            assertThat(answer).startsWith("HTTP/1.1 400 ").contains(BASE + "invalid-request");
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/images, 262144", "/v1/links, 262144", "/v1/templates/t/purge, 262144", "/v1/batches, 268435456"})
    void tooLargeNamesTheRoutesOwnLimit(String path, String size) throws IOException {
        String answer = RawHttp.send(
                RestAssured.port,
                "POST " + path
                        + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n"
                        + "Connection: close\r\n\r\n{");
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("Send at most " + size + " bytes");
    }

    // ---- What never becomes a request: the server answers by itself, without a body ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET /v1/stats HTTP/1.1\r\nHost: x\r\nA header\r\n\r\n",
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"
            })
    void malformedHttpIsRefused(String request) throws IOException {
        assertThat(RawHttp.send(RestAssured.port, request)).matches("(?s)HTTP/1.[01] 400 .*");
    }

    @Test
    void headersThatAreTooLargeAreRefused() throws IOException {
        String answer = RawHttp.send(
                RestAssured.port, "GET /v1/stats HTTP/1.1\r\nHost: x\r\nA: " + "x".repeat(40_000) + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 431 ");
    }
}
