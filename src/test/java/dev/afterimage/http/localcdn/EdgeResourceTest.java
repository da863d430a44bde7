package dev.afterimage.http.localcdn;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.testing.TestImages;
import dev.afterimage.time.HttpDate;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(EdgeBeans.Profile.class)
class EdgeResourceTest {

    private static final byte[] CONTENT = TestImages.content(TestImages.key(1), Instant.EPOCH, 1000);

    @Inject
    UrlSigner signer;

    @Inject
    BaseUrl baseUrl;

    @TestHTTPResource("/")
    URI serviceRoot;

    private IndexEntry image;
    private String url;

    @BeforeEach
    void storeAnImage() {
        image = TestImages.entry(TestImages.key(1), EdgeBeans.CLOCK.instant(), CONTENT.length);
        EdgeBeans.STORE.delete(image.key());
        EdgeBeans.STORE.put(image, CONTENT);
        url = signed(image);
    }

    @Test
    void aSignedUrlServesTheImage() {
        Response response = get(url);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.asByteArray()).isEqualTo(CONTENT);
        assertThat(response.contentType()).isEqualTo("image/png");
        assertThat(response.header("Content-Length")).isEqualTo("1000");
        assertThat(response.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(response.header("Cache-Control")).matches("public, max-age=[1-9][0-9]*, immutable");
        assertThat(response.header("ETag")).matches("\"0{16}-[0-9a-z]+\"");
        assertThat(response.header("Last-Modified")).isEqualTo(HttpDate.write(image.createdAt()));
    }

    @Test
    void theUrlIsAddressedToTheHostAndPortOfTheCaller() {
        assertThat(url).startsWith(serviceRoot + "cdn/images/" + image.key().value() + "?v=");
    }

    @ParameterizedTest
    @CsvSource({"afterimage.example", "localhost:1", "'[::1]:80'"})
    void theSignatureHoldsOnWhateverHostTheServiceIsReached(String host) {
        request().header("Host", host).get(URI.create(url)).then().statusCode(200);
    }

    @Test
    void headDescribesTheImageWithoutSendingIt() {
        Response response = request().head(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.header("Content-Length")).isEqualTo("1000");
        assertThat(response.contentType()).isEqualTo("image/png");
        assertThat(response.header("ETag")).isEqualTo(get(url).header("ETag"));
        assertThat(response.asByteArray()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Signature=, Signature=A",
        "?v=, ?w=",
        "Expires=1, Expires=2",
        "/images/0, /images/f",
        "/images/0, /images/%30",
        "Key-Pair-Id=LOCAL, Key-Pair-Id=OTHER",
        "Key-Pair-Id=LOCAL, ''",
        "?v=, ?x=%7C&v=",
    })
    void whatCloudFrontWouldRefuseIsForbidden(String part, String other) {
        assertThat(url).contains(part);
        Response response = get(url.replace(part, other));
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.contentType()).isEqualTo("application/problem+json");
        assertThat(response.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void aQueryThatCannotBeDecodedIsABadRequest() throws IOException {
        String target =
                URI.create(url).getRawPath() + "?x=%zz|{}&" + URI.create(url).getRawQuery();
        try (Socket socket = new Socket(serviceRoot.getHost(), serviceRoot.getPort())) {
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void aBareUrlIsForbiddenWithAReason() {
        given().header("X-Request-Id", "abc-1")
                .get("/cdn/images/" + image.key())
                .then()
                .statusCode(403)
                .contentType(startsWith("application/problem+json"))
                .body("type", equalTo("https://afterimage.dev/problems/url-refused"))
                .body("status", equalTo(403))
                .body("detail", containsString("not signed"))
                .body("requestId", equalTo("abc-1"));
        given().get("/cdn/images/no-key").then().statusCode(403);
    }

    @Test
    void aRefusedHeadHasNoBody() {
        Response response = given().head("/cdn/images/" + image.key());
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.asByteArray()).isEmpty();
    }

    @Test
    void anExpiredUrlIsForbidden() {
        EdgeBeans.CLOCK.advance(Duration.ofHours(2));
        request().get(URI.create(url)).then().statusCode(403).body("detail", containsString("expired"));
    }

    @Test
    void aForgottenImageIsNotFound() {
        EdgeBeans.STORE.delete(image.key());
        request().get(URI.create(url)).then().statusCode(404).contentType(startsWith("application/problem+json"));
    }

    @Test
    void whoHasTheImageGetsNoneAgain() {
        Response first = get(url);
        for (String[] condition : new String[][] {
            {"If-None-Match", first.header("ETag")}, {"If-Modified-Since", first.header("Last-Modified")},
        }) {
            Response second = request().header(condition[0], condition[1]).get(URI.create(url));
            assertThat(second.statusCode()).isEqualTo(304);
            assertThat(second.asByteArray()).isEmpty();
            assertThat(second.header("ETag")).isEqualTo(first.header("ETag"));
            assertThat(second.header("Cache-Control")).isEqualTo(first.header("Cache-Control"));
        }
    }

    @Test
    void anotherVersionThanExpectedIsNotServed() {
        request()
                .header("If-Match", "\"x\"")
                .get(URI.create(url))
                .then()
                .statusCode(412)
                .body("type", endsWith("/precondition-failed"));
    }

    @Test
    void aRangeIsServedAlone() {
        Response response = request().header("Range", "bytes=10-19").get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(response.header("Content-Range")).isEqualTo("bytes 10-19/1000");
        assertThat(response.header("Content-Length")).isEqualTo("10");
        assertThat(response.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 10, 20));
    }

    @Test
    void aRangeBehindTheEndCannotBeServed() {
        Response response = request().header("Range", "bytes=1000-").get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(416);
        assertThat(response.header("Content-Range")).isEqualTo("bytes */1000");
        assertThat(response.<String>path("type")).endsWith("/range-not-satisfiable");
    }

    @Test
    void aRangeOfAnotherVersionGetsTheWhole() {
        Response response = request()
                .header("Range", "bytes=10-19")
                .header("If-Range", "\"x\"")
                .get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.asByteArray()).isEqualTo(CONTENT);
    }

    private String signed(IndexEntry entry) {
        return baseUrl.seenFrom(() -> serviceRoot, signer.sign(entry)).url();
    }

    private static Response get(String url) {
        return request().get(URI.create(url));
    }

    private static RequestSpecification request() {
        return given().urlEncodingEnabled(false);
    }
}
