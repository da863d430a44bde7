package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateId;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.Headers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FakeCore.class)
class ImageResourceTest extends WithFakeCore {

    @Test
    void getOfAKnownImageDescribesIt() {
        core.know(new ImageOutcome.Hit(FakeCore.ENTRY));
        given().get("/v1/images/" + FakeCore.KEY)
                .then()
                .statusCode(200)
                .header("Cache-Status", "afterimage; hit")
                .header("Cache-Control", "no-store")
                .body("url", equalTo(FakeCore.URL));
    }

    @Test
    void getOfAPendingImageIs202() {
        core.know(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofMillis(1)));
        given().get("/v1/images/" + FakeCore.KEY)
                .then()
                .statusCode(202)
                .header("Retry-After", "1")
                .header("Location", "/v1/images/" + FakeCore.KEY)
                .body("status", equalTo("pending"));
    }

    @Test
    void headIsGetWithoutTheBody() {
        core.know(new ImageOutcome.Hit(FakeCore.ENTRY));
        String body = given().head("/v1/images/" + FakeCore.KEY)
                .then()
                .statusCode(200)
                .header("Cache-Status", "afterimage; hit")
                .contentType("application/json")
                .extract()
                .asString();
        assertThat(body).isEmpty();
    }

    @Test
    void contentRedirectIsCachedForLessThanItsUrlIsValid() {
        core.know(new ImageOutcome.Hit(FakeCore.ENTRY));
        Headers headers = given().redirects()
                .follow(false)
                .accept("image/avif,image/webp,*/*;q=0.8")
                .get("/v1/images/" + FakeCore.KEY + "/content")
                .then()
                .statusCode(302)
                .header("Location", FakeCore.URL)
                .header("Cache-Status", "afterimage; hit")
                .extract()
                .headers();
        assertThat(headers.getValues("Cache-Control")).containsExactly("private, max-age=300");
    }

    @Test
    void contentAndWhoeverAsksForNoCacheHaveTheStoreAskedToo() {
        core.know(new ImageOutcome.Hit(FakeCore.ENTRY));
        String image = "/v1/images/" + FakeCore.KEY;
        given().get(image).then().statusCode(200);
        given().header("Cache-Control", "no-cache").get(image).then().statusCode(200);
        given().redirects().follow(false).get(image + "/content").then().statusCode(302);

        assertThat(core.validated()).containsExactly(false, true, true);
    }

    @Test
    void contentOfAPendingImageIs202() {
        core.know(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(4)));
        given().get("/v1/images/" + FakeCore.KEY + "/content")
                .then()
                .statusCode(202)
                .header("Retry-After", "4")
                .header("Cache-Control", "no-store")
                .body("status", equalTo("pending"));
    }

    @Test
    void deleteIs204WithoutABody() {
        String body = given().delete("/v1/images/" + FakeCore.KEY)
                .then()
                .statusCode(204)
                .extract()
                .asString();
        assertThat(body).isEmpty();
        assertThat(core.forgotten).containsExactly(new ImageKey(FakeCore.KEY.value()));
    }

    @Test
    void aPurgeNamesTheNewVersion() {
        given().post("/v1/templates/social-card/purge")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body(equalTo("{\"template\":\"social-card\",\"version\":42}"));
        assertThat(core.purged).containsExactly(new TemplateId("social-card"));
    }

    @Test
    void statsAreNumbersOrNullWhereUnknown() {
        given().get("/v1/stats")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body(equalTo("{\"since\":\"2026-11-24T06:00:00Z\",\"countedBy\":\"process\",\"hitRatio\":0.75,"
                        + "\"requests\":{\"hit\":3,\"stale\":0,\"stored\":1,\"collapsed\":0,\"pending\":2,\"failed\":1},"
                        + "\"providerCalls\":5,\"provider429s\":1,\"provider5xxs\":2,\"providerP50Millis\":310,"
                        + "\"providerP95Millis\":900,\"queueDepth\":7,\"queueOldestAgeSeconds\":12,\"creditsUsed\":40,"
                        + "\"creditsLeft\":null,"
                        + "\"permits\":{\"granted\":5,\"denied\":1,\"lapsed\":0,\"refused\":0},\"inFlight\":1,"
                        + "\"deadLetters\":0,\"coolDownUntil\":null,"
                        + "\"lanes\":[{\"account\":\"default\",\"lane\":\"interactive\",\"state\":\"open\",\"reason\":null,\"since\":null},"
                        + "{\"account\":\"default\",\"lane\":\"bulk\",\"state\":\"stopped\",\"reason\":\"unusable-answers\","
                        + "\"since\":\"2026-11-24T05:59:00Z\"}],"
                        + "\"accounts\":[{\"name\":\"default\",\"inFlight\":1,\"creditsUsed\":40,\"creditsLeft\":null,"
                        + "\"coolDownUntil\":null}]}"));
    }

    @Test
    void healthAndMetricsAreServed() {
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/v1/images/" + FakeCore.KEY).then().statusCode(404);
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("afterimage_problems_answers_total{type=\"image-not-found\"}"));
    }
}
