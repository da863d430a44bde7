package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.testing.TestImages;
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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(LocalCdnBeans.Profile.class)
class LocalCdnResourceTest {

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
        image = TestImages.entry(TestImages.key(1), LocalCdnBeans.CLOCK.instant(), CONTENT.length);
        LocalCdnBeans.STORE.delete(image.key());
        LocalCdnBeans.STORE.put(image, CONTENT);
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
        assertThat(response.header("ETag")).matches("\"0{16}-[0-9a-z]+\"");
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
    void urlsThatCloudFrontRefusesAreForbidden(String part, String other) {
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
        LocalCdnBeans.CLOCK.advance(Duration.ofHours(2));
        request().get(URI.create(url)).then().statusCode(403).body("detail", containsString("expired"));
    }

    @Test
    void aForgottenImageIsNotFound() {
        LocalCdnBeans.STORE.delete(image.key());
        request().get(URI.create(url)).then().statusCode(404).contentType(startsWith("application/problem+json"));
    }

    @Test
    void matchingEtagIs304() {
        Response first = get(url);
        for (String known : List.of(first.header("ETag"), "\"x\", W/" + first.header("ETag"))) {
            Response second = request().header("If-None-Match", known).get(URI.create(url));
            assertThat(second.statusCode()).isEqualTo(304);
            assertThat(second.asByteArray()).isEmpty();
            assertThat(second.header("ETag")).isEqualTo(first.header("ETag"));
            assertThat(second.header("Cache-Control")).isEqualTo(first.header("Cache-Control"));
        }
        request().header("If-None-Match", "\"x\"").get(URI.create(url)).then().statusCode(200);
        request().header("If-None-Match", "*").get(URI.create(url)).then().statusCode(304);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=10-19, 10, 19",
        "bytes=990-, 990, 999",
        "bytes=990-123456789, 990, 999",
        "bytes=-10, 990, 999",
        "bytes=-123456789, 0, 999",
        "bytes=0-0, 0, 0",
    })
    void singleRangeIsServed(String range, int first, int last) {
        Response response = request().header("Range", range).get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(response.header("Content-Range")).isEqualTo("bytes " + first + "-" + last + "/1000");
        assertThat(response.header("Content-Length")).isEqualTo(Integer.toString(last - first + 1));
        assertThat(response.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, first, last + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=1000-", "bytes=-0"})
    void rangeBeyondTheEndIs416(String range) {
        Response response = request().header("Range", range).get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(416);
        assertThat(response.header("Content-Range")).isEqualTo("bytes */1000");
        assertThat(response.<String>path("type")).endsWith("/range-not-satisfiable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=-", "bytes=5-3", "bytes=0-1,3-4", "bytes=9999999999-", "lines=1-2", "nonsense"})
    void unsupportedRangeIsIgnored(String range) {
        Response response = request().header("Range", range).get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.asByteArray()).isEqualTo(CONTENT);
    }

    @Test
    void rangeIsServedOnlyOfTheBytesThatIfRangeNames() {
        String tag = get(url).header("ETag");
        for (String other : List.of("\"x\"", "W/" + tag, "Sat, 01 Mar 2025 10:30:00 GMT")) {
            Response whole = request()
                    .header("Range", "bytes=10-19")
                    .header("If-Range", other)
                    .get(URI.create(url));
            assertThat(whole.statusCode()).as(other).isEqualTo(200);
            assertThat(whole.asByteArray()).isEqualTo(CONTENT);
        }
        request()
                .header("Range", "bytes=10-19")
                .header("If-Range", tag)
                .get(URI.create(url))
                .then()
                .statusCode(206);
    }

    @Test
    void urlOfAnImageThatWasMadeAnewServesTheNewOneWhole() {
        String tag = get(url).header("ETag");
        LocalCdnBeans.CLOCK.advance(Duration.ofMinutes(1));
        byte[] anew = TestImages.content(TestImages.key(1), Instant.EPOCH, 1200);
        LocalCdnBeans.STORE.put(TestImages.entry(image.key(), LocalCdnBeans.CLOCK.instant(), anew.length), anew);

        Response response =
                request().header("Range", "bytes=10-19").header("If-Range", tag).get(URI.create(url));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.asByteArray()).isEqualTo(anew);
        assertThat(response.header("ETag")).isNotEqualTo(tag);
        assertThat(response.header("Cache-Control")).matches("public, max-age=[0-9]+");
    }

    @Test
    void browsersMayCacheAnImageUntilItsUrlExpires() {
        long atFirst = maxAge();
        assertThat(atFirst).isBetween(3600L, 7200L);
        LocalCdnBeans.CLOCK.advance(Duration.ofMinutes(10));
        assertThat(maxAge()).isEqualTo(atFirst - 600);
    }

    private long maxAge() {
        String cacheControl = get(url).header("Cache-Control");
        assertThat(cacheControl).matches("public, max-age=[0-9]+, immutable");
        return Long.parseLong(cacheControl.replaceAll("[^0-9]", ""));
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
