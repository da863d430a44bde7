package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.Job;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.testing.MemoryJobQueue;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callbacks of images that come later than the response. */
@QuarkusTest
@TestProfile(FakeCore.class)
class CallbackTest extends WithFakeCore {

    private static final String URL = "http://127.0.0.1/told";

    @Inject
    MemoryJobQueue queue;

    @Inject
    Callbacks.Bodies bodies;

    @BeforeEach
    void reset() {
        queue.clear();
    }

    @Test
    void pendingImageIsReportedToItsCallback() {
        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(7)));

        post(URL).statusCode(202).header("Location", endsWith(FakeCore.KEY.value()));

        assertThat(queue.status().interactive()).isEqualTo(1);
        assertThat(core.generationRequest().request().data().json()).isEqualTo("{}");
    }

    @Test
    void imageInTheResponseIsNotReportedToItsCallback() {
        post(URL).statusCode(200);

        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void aCallbackThatIsNotHttpsOrNotPublicIsRefusedBeforeAnythingIsPaidFor() {
        for (String url : List.of("http://93.184.215.14/", "https://10.0.0.7/", "https://localhost/", "here", "")) {
            post(url)
                    .statusCode(400)
                    .body("type", endsWith("/invalid-request"))
                    .body("pointer", endsWith("/callback"))
                    .body("detail", containsString("https"));
        }
        core.assertUntouched();
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void callbackBodyEqualsTheResponseOfGet() {
        core.know(new ImageOutcome.Hit(FakeCore.ENTRY));
        String image = given().get("/v1/images/" + FakeCore.KEY).asString();
        assertThat(bodies.of(new Job.Subject.OfImage(FakeCore.KEY))).isEqualTo(new Callbacks.Body.Ready(image));

        String id = given().contentType("text/csv")
                .body("template\ncard\n")
                .post("/v1/batches")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        String batch = given().get("/v1/batches/" + id).asString();
        assertThat(bodies.of(new Job.Subject.OfBatch(id))).isEqualTo(new Callbacks.Body.Ready(batch));
        assertThat(bodies.of(new Job.Subject.OfBatch("01jqvcx7h5m0a2b3c4d5e6f7g8")))
                .isEqualTo(new Callbacks.Body.Gone());
    }

    @Test
    void pendingImageHasNoCallbackBodyAndALostOneIsReportedAsFailed() {
        core.know(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(7)));
        assertThat(bodies.of(new Job.Subject.OfImage(FakeCore.KEY))).isEqualTo(new Callbacks.Body.NotYet());

        ImageKey lost = new ImageKey("f".repeat(64));
        assertThat(bodies.of(new Job.Subject.OfImage(lost)))
                .isInstanceOfSatisfying(
                        Callbacks.Body.Ready.class,
                        body -> assertThat(body.json()).startsWith("{\"key\":\"" + lost + "\",\"status\":\"failed\","));
    }

    private static ValidatableResponse post(String callback) {
        return given().contentType("application/json")
                .body("{\"template\":\"card\",\"data\":{},\"callback\":\"" + callback + "\"}")
                .post("/v1/images")
                .then();
    }
}
