package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile requests. Each gets a 4xx, and the next request is served as usual. */
@QuarkusTest
@TestProfile(FakeCore.class)
class HostileRequestTest extends WithFakeCore {

    /** Quarkus has 200, or eight a core. */
    private static final int MORE_THAN_WORKERS = 300;

    @AfterEach
    void nothingReachedTheCoreAndTheServiceLives() {
        core.assertUntouched();
        given().get("/v1/stats").then().statusCode(200);
    }

    private static void assertRefused(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 4").contains("application/problem+json");
        assertThat(answer.split("\r\n\r\n", 2)[0]).doesNotContainIgnoringCase("x-injected");
    }

    private static String send(String requestLine, String... headers) throws IOException {
        String all = requestLine + "\r\nHost: x\r\nConnection: close\r\n" + String.join("", headers);
        return RawHttp.send(RestAssured.port, all.contains("\r\n\r\n") ? all : all + "\r\n");
    }

    /** Over a raw connection, because REST Assured would pretty-print a body of 200,000 levels. */
    private static String post(String path, String type, byte[] body, String... headers) throws IOException {
        return send(
                "POST " + path + " HTTP/1.1",
                "Content-Type: " + type + "\r\n",
                String.join("", headers),
                "Content-Length: " + body.length + "\r\n\r\n",
                new String(body, StandardCharsets.ISO_8859_1));
    }

    // ---- Bodies ----

    @ParameterizedTest
    @ValueSource(strings = {"/v1/images", "/v1/batches?template=t"})
    void decompressionBombIsRefusedWithoutBeingUnpacked(String path) throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[50_000_000]);
        }
        assertThat(bomb.size()).isLessThan(100_000);
        String type = path.contains("batches") ? "text/csv" : "application/json";
        for (String encoding : new String[] {"gzip", "deflate", "br", "zstd", "x-gzip", "identity,gzip", "GZIP"}) {
            assertThat(post(path, type, bomb.toByteArray(), "Content-Encoding: " + encoding + "\r\n"))
                    .startsWith("HTTP/1.1 415 ");
        }
        // Without the header, the bytes are just not UTF-8.
        assertThat(post(path, type, bomb.toByteArray())).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[[],"})
    void aBodyMayNestAsDeepAsItsSizeAllows(String opening) throws IOException {
        String deep = "{\"template\":\"t\",\"data\":{\"a\":" + opening.repeat(200_000 / opening.length());
        for (String path : new String[] {"/v1/images", "/v1/batches?template=t"}) {
            assertThat(post(path, "application/json", deep.getBytes(StandardCharsets.UTF_8)))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0.1", "1e1", "-1e-1", "1.0e+1"})
    void aNumberMayBeAsLongAsItsSizeAllows(String beginning) throws IOException {
        String body = "{\"template\":\"t\",\"data\":{\"a\":" + beginning + "0".repeat(200_000) + "}}";
        assertThat(post("/v1/images", "application/json", body.getBytes(StandardCharsets.UTF_8)))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void malformedUtf8IsRefused() throws IOException {
        byte[][] malformed = {
            {(byte) 0xc0, (byte) 0xaf}, // a slash, overlong
            {(byte) 0xc0, (byte) 0x80}, // NUL, overlong
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // half of a pair
            {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond Unicode
            {(byte) 0xf0, (byte) 0x9f, (byte) 0x98}, // cut off
            {(byte) 0xff, (byte) 0xfe}
        };
        for (byte[] bytes : malformed) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes("{\"template\":\"t\",\"data\":{\"a\":\"".getBytes(StandardCharsets.UTF_8));
            body.writeBytes(bytes);
            body.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
            assertThat(post("/v1/images", "application/json", body.toByteArray()))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    // ---- Paths ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/images/..%2f..%2f..%2fetc%2fpasswd",
                "/v1/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                "/v1/images/..%5c..%5cetc%5cpasswd",
                "/v1/images/%2fetc%2fpasswd",
                "/v1/images/%252e%252e%252fetc",
                "/v1/images/..;/..;/etc/passwd",
                "/v1/images/%00",
                "/v1/images/%00/content",
                "/v1/images/%c0%ae%c0%ae%c0%af",
                "/v1/images/../../../../etc/passwd",
                "/v1/batches/..%2f..%2fetc%2fpasswd",
                "/v1/batches/%00",
                "/v1/batches/..%2fbatches/events",
                "/cdn/images/..%2f..%2f..%2fetc%2fpasswd",
                "/cdn/images/%2e%2e/%2e%2e/etc/passwd",
                "/cdn/images/%00",
                "/cdn/../../etc/passwd",
                "/console/..%2f..%2fapplication.properties",
                "/..%2fapplication.properties",
                "/%2e%2e/%2e%2e/etc/passwd",
                "//etc/passwd",
                "/META-INF/MANIFEST.MF",
                "/application.properties"
            })
    void pathTraversalIsRefused(String path) throws IOException {
        assertRefused(send("GET " + path + " HTTP/1.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/images/", "/v1/batches/", "/v1/templates/", "/cdn/images/", "/"})
    void aPathMayBeAsLongAsTheRequestLineMay(String path) throws IOException {
        assertRefused(send("GET " + path + "a".repeat(3_000) + " HTTP/1.1"));
        assertRefused(send("GET " + path + "%00".repeat(1_000) + " HTTP/1.1"));
        assertThat(send("GET " + path + "a".repeat(100_000) + " HTTP/1.1")).matches("(?s)HTTP/1.[01] 414 .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/templates/t%0d%0aX-Injected:%20y/purge",
                "/v1/templates/t%0aX-Injected:%20y/purge",
                "/v1/templates/t%00/purge",
                "/v1/templates/t%e2%80%a8/purge",
                "/v1/templates/..%2f..%2fx/purge",
                "/v1/templates/%2e%2e/purge",
                "/v1/templates/.hidden/purge"
            })
    void headerOrPathInjectionByTemplateInAPathIsRefused(String path) throws IOException {
        assertRefused(send("POST " + path + " HTTP/1.1", "Content-Length: 0\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"t\\r\\nX-Injected: y", "t\\u000aX-Injected: y", "../t", "t\\u0000", "\\u2028", "%0d%0a"})
    void headerOrPathInjectionByTemplateInABodyIsRefused(String template) {
        String body = "{\"template\":\"" + template + "\",\"data\":{}}";
        String answer = given().contentType("application/json")
                .body(body)
                .post("/v1/images")
                .then()
                .statusCode(400)
                .extract()
                .asString();
        assertThat(answer).doesNotContain("Injected");
    }

    // ---- The request line and headers ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/images/x?a=b\\c HTTP/1.1",
                "GET /v1/nothing\u0000 HTTP/1.1",
                "GET /v1/<script> HTTP/1.1",
                "GET http://evil.test/v1/nothing HTTP/1.1",
                "GET //evil.test/v1/nothing HTTP/1.1",
                "OPTIONS * HTTP/1.1",
                "CONNECT evil.test:443 HTTP/1.1",
                "FOO /v1/images HTTP/1.1"
            })
    void malformedRequestLineIsAClientError(String requestLine) throws IOException {
        assertThat(send(requestLine)).startsWith("HTTP/1.1 4").doesNotContain("evil.test/v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "[",
                "[::1",
                "x:y",
                "x:99999",
                "evil.test/path",
                "a@b",
                "%00",
                "<script>",
                "\u00e4",
                "-",
                ":",
                "..",
                "a..b",
                "x,y"
            })
    void malformedHostIsNoServerError(String host) throws IOException {
        for (String path : new String[] {"/v1/images/" + "f".repeat(64), "/v1/images/x/content", "/v1/nothing"}) {
            String answer = RawHttp.send(
                    RestAssured.port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 4");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: " + "/;,",
                "Accept: */*;q=x",
                "Accept: a/b;q=99999999999999999999",
                "Accept: \u0000",
                "Prefer: wait=99999999999999999999999, respond-async=\"",
                "Range: bytes=99999999999999999999-",
                "X-Request-Id: a\tb",
                "Content-Type: application/json; charset=\"",
                "Content-Type: /",
                "Cookie: a=\"b; =",
                "Origin: null",
                "Expect: 200-ok",
                "X-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: gopher",
                "Forwarded: host=\"evil.test\";proto=x",
                "X-HTTP-Method-Override: DELETE"
            })
    void malformedHeaderIsNoServerError(String header) throws IOException {
        for (String requestLine : new String[] {
            "GET /v1/images/" + "f".repeat(64) + " HTTP/1.1", "GET /cdn/images/x HTTP/1.1", "GET /v1/nothing HTTP/1.1"
        }) {
            assertThat(send(requestLine, header + "\r\n"))
                    .startsWith("HTTP/1.1 4")
                    .doesNotContain("evil.test");
        }
    }

    // ---- Slow clients ----

    @Test
    @Timeout(60)
    void slowClientsDoNotHoldUpOthers() throws IOException {
        List<RawHttp> clients = new ArrayList<>();
        try {
            for (int i = 0; i < MORE_THAN_WORKERS; i++) {
                clients.add(RawHttp.begin(RestAssured.port, "GET /v1/stats HTTP/1.1\r\nHost: x\r\nX-"));
                clients.add(RawHttp.begin(
                        RestAssured.port,
                        "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 100\r\n\r\n{"));
                clients.add(RawHttp.begin(
                        RestAssured.port,
                        "POST /v1/batches?template=t HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                                + "Content-Length: 100\r\n\r\ntitle\n"));
            }
            given().get("/v1/images/x").then().statusCode(404);
            given().get("/v1/stats").then().statusCode(200);
            given().contentType("text/csv")
                    .body("title\nA\n")
                    .post("/v1/batches?template=t")
                    .then()
                    .statusCode(202);
        } finally {
            for (RawHttp client : clients) {
                client.close();
            }
        }
    }
}
