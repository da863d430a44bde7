package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.http.Headers;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FakeCore.class)
class ImageResourceTest {

    private static final String REQUEST = "{\"template\":\"social-card\",\"data\":{\"title\":\"Hello\"}}";

    @Inject
    FakeImageService core;

    @BeforeEach
    void forget() {
        core.reset();
    }

    private static RequestSpecification request() {
        return given().contentType(ContentType.JSON).body(REQUEST);
    }

    private static ValidatableResponse post() {
        return request().post("/v1/images").then();
    }

    @Test
    void aHitIsTheWholeContractAndNothingElse() {
        String body = post().statusCode(200)
                .contentType("application/json")
                .header("Cache-Status", "afterimage; hit")
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .header("Preference-Applied", nullValue())
                .extract()
                .asString();
        assertThat(body)
                .isEqualTo("{\"key\":\"" + FakeCore.KEY + "\",\"url\":\"" + FakeCore.URL
                        + "\",\"urlExpiresAt\":\"2026-11-24T07:30:00Z\",\"contentType\":\"image/png\",\"bytes\":48213,"
                        + "\"createdAt\":\"2026-11-24T05:00:00.123Z\",\"freshUntil\":\"2026-11-25T05:00:00Z\"}");
    }

    @Test
    void theCoreIsAskedWhatTheBodySays() {
        request()
                .body("{\"data\":{\"b\":1.0,\"a\":[]},\"format\":\"jpg\",\"template\":\"hero\"}")
                .post("/v1/images");
        assertThat(core.generationRequest().request().template()).isEqualTo(new TemplateId("hero"));
        assertThat(core.generationRequest().request().data()).isEqualTo(new TemplateData("{\"a\":[],\"b\":1}"));
        assertThat(core.generationRequest().request().format()).isEqualTo(ImageFormat.JPEG);
        assertThat(core.generationRequest().lane()).isEqualTo(Lane.INTERACTIVE);
    }

    @Test
    void aHitIsAnsweredOnTheEventLoopWhateverItsSize() {
        post().statusCode(200);
        request()
                .body("{\"template\":\"t\",\"data\":{\"text\":\"" + "x".repeat(200_000) + "\"}}")
                .post("/v1/images")
                .then()
                .statusCode(200);
        assertThat(core.threads)
                .hasSize(2)
                .allSatisfy(thread -> assertThat(thread).contains("eventloop"));
    }

    @Test
    void aGeneratedImageSaysThatItWasStored() {
        core.answerWith(new ImageOutcome.Stored(FakeCore.ENTRY));
        post().statusCode(200).header("Cache-Status", "afterimage; fwd=miss; stored");
    }

    @Test
    void aFollowersImageSaysThatItWasCollapsed() {
        core.answerWith(new ImageOutcome.Collapsed(FakeCore.ENTRY));
        post().statusCode(200).header("Cache-Status", "afterimage; fwd=miss; collapsed");
    }

    @Test
    void aStaleImageSaysForHowLong() {
        core.answerWith(new ImageOutcome.Stale(FakeCore.ENTRY, Duration.ofMillis(90_700)));
        post().statusCode(200).header("Cache-Status", "afterimage; hit; ttl=-90");
    }

    @Test
    void anImageStaleForAMomentSaysOneSecond() {
        core.answerWith(new ImageOutcome.Stale(FakeCore.ENTRY, Duration.ofMillis(3)));
        post().header("Cache-Status", "afterimage; hit; ttl=-1");
    }

    @Test
    void whatTakesLongerIsAPromise() {
        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofMillis(2_001)));
        post().statusCode(202)
                .contentType("application/json")
                .header("Location", "/v1/images/" + FakeCore.KEY)
                .header("Retry-After", "3")
                .header("Cache-Control", "no-store")
                .header("Cache-Status", nullValue())
                .body(equalTo("{\"key\":\"" + FakeCore.KEY + "\",\"status\":\"pending\",\"location\":\"/v1/images/"
                        + FakeCore.KEY + "\"}"));
    }

    @Test
    void aSlowImageIsAnsweredFromAnotherThread() {
        CompletableFuture<ImageOutcome> slow = new CompletableFuture<>();
        core.answerWith(slow.completeOnTimeout(new ImageOutcome.Stored(FakeCore.ENTRY), 50, TimeUnit.MILLISECONDS));
        post().statusCode(200).header("Cache-Status", "afterimage; fwd=miss; stored");
    }

    @Test
    void withoutAPreferenceTheDeadlineIsTheConfiguredOne() {
        post();
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(25));
    }

    @Test
    void aClientThatPrefersAPromiseIsNotKeptWaiting() {
        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(1)));
        request()
                .header("Prefer", "respond-async")
                .post("/v1/images")
                .then()
                .statusCode(202)
                .header("Preference-Applied", "respond-async");
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW);
    }

    @Test
    void aClientMayWaitForLess() {
        request().header("Prefer", "wait=3").post("/v1/images").then().header("Preference-Applied", "wait=3");
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(3));
    }

    @Test
    void aClientMayNotWaitForMore() {
        request().header("Prefer", "wait=600").post("/v1/images").then().header("Preference-Applied", nullValue());
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(25));
    }

    @Test
    void lookingAtAKnownImageDescribesIt() {
        core.know(new ImageOutcome.Hit(FakeCore.ENTRY));
        given().get("/v1/images/" + FakeCore.KEY)
                .then()
                .statusCode(200)
                .header("Cache-Status", "afterimage; hit")
                .header("Cache-Control", "no-store")
                .body("url", equalTo(FakeCore.URL));
    }

    @Test
    void lookingAtAnImageOnItsWayIsAPromise() {
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
    void theContentIsARedirectThatEndsWellBeforeItsTarget() {
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
    void theContentOfAnImageOnItsWayIsAPromise() {
        core.know(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(4)));
        given().get("/v1/images/" + FakeCore.KEY + "/content")
                .then()
                .statusCode(202)
                .header("Retry-After", "4")
                .header("Cache-Control", "no-store")
                .body("status", equalTo("pending"));
    }

    @Test
    void aForgottenImageLeavesNothingToSay() {
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
    void statsAreNumbersOfTheMomentAndNullWhereUnknown() {
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
                        + "\"lanes\":[{\"lane\":\"interactive\",\"state\":\"open\",\"reason\":null,\"since\":null},"
                        + "{\"lane\":\"bulk\",\"state\":\"stopped\",\"reason\":\"unusable-answers\","
                        + "\"since\":\"2026-11-24T05:59:00Z\"}]}"));
    }

    @Test
    void healthAndMetricsAreThere() {
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/q/metrics").then().statusCode(200);
    }
}
