package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A signed request link on a laptop that nobody has configured, from its making to the image's bytes. */
@QuarkusTest
@TestProfile(LocalDemo.class)
class FollowedLinkTest {

    @Test
    void aLinkLeadsToAnImageThatWasNeverAskedForBefore() {
        String link = given().contentType(ContentType.JSON)
                .body("{\"template\":\"social-card\",\"data\":{\"title\":\"" + UUID.randomUUID() + "\"}}")
                .post("/v1/links")
                .then()
                .statusCode(200)
                .extract()
                .path("url");

        Response redirect = given().urlEncodingEnabled(false)
                .redirects()
                .follow(false)
                .header("User-Agent", "Twitterbot/1.0")
                .get(link);
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(redirect.header("Cache-Status")).isEqualTo("afterimage; fwd=miss; stored");
        // The redirect's host is the one that this request named.
        assertThat(redirect.header("Cache-Control")).startsWith("private, max-age=");

        byte[] image = given().urlEncodingEnabled(false)
                .get(redirect.header("Location"))
                .then()
                .statusCode(200)
                .contentType("image/png")
                .extract()
                .asByteArray();
        assertThat(image).startsWith(0x89, 'P', 'N', 'G');
    }
}
