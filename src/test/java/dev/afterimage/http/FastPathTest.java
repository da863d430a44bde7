package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.image.TemplateId;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The core's fake says by {@link FakeImageService#inquiries} whether the resource was asked. */
@QuarkusTest
@TestProfile(FakeCore.class)
class FastPathTest {

    private static final String REQUEST = "{\"template\":\"social-card\",\"data\":{\"title\":\"Hello\"}}";
    private static final ImageOutcome.Hit HIT = new ImageOutcome.Hit(FakeCore.ENTRY);

    @Inject
    FakeImageService core;

    @Inject
    @VirtualThreads
    ExecutorService virtualThreads;

    @BeforeEach
    void forget() {
        core.reset();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wait=3", "respond-async", "wait=600", "respond-async, wait=5"})
    void aHitIsAnsweredAsTheResourceWould(String preference) {
        Response resource = request().header("Prefer", preference).post("/v1/images");
        assertThat(core.inquiries).hasSize(1);
        index(HIT);

        Response fast = request().header("Prefer", preference).post("/v1/images");

        assertThat(core.inquiries).hasSize(1);
        assertThat(fast.statusCode()).isEqualTo(200);
        assertThat(headers(fast)).isEqualTo(headers(resource));
        assertThat(fast.asString()).isEqualTo(resource.asString());
    }

    @Test
    void theIndexIsAskedWhatTheBodySays() {
        index(HIT);
        request().post("/v1/images").then().statusCode(200);
        assertThat(core.asked)
                .singleElement()
                .satisfies(request -> assertThat(request.template()).isEqualTo(new TemplateId("social-card")));
    }

    @Test
    void aMissIsTheResources() {
        core.answerWith(new ImageOutcome.Stored(FakeCore.ENTRY));
        request().post("/v1/images").then().statusCode(200).header("Cache-Status", "afterimage; fwd=miss; stored");
        assertThat(core.asked).hasSize(1);
    }

    @Test
    void theResourceGoesOnFromWhatTheIndexSaid() {
        request().post("/v1/images").then().statusCode(200);
        assertThat(core.glances)
                .singleElement()
                .satisfies(indexLookup -> assertThat(indexLookup.hit()).isEmpty());
        assertThat(core.inquiries).hasSize(1);
    }

    @Test
    void anIndexThatFailsIsTheResources() {
        core.index(CompletableFuture.failedFuture(new IllegalStateException("no versions")));
        request().post("/v1/images").then().statusCode(200);
        assertThat(core.inquiries).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "*/*", "application/json, text/plain, */*", "text/html,Application/JSON"})
    void whoPlainlyTakesJsonIsAnswered(String accept) {
        index(HIT);
        request().accept(accept).post("/v1/images").then().statusCode(200);
        assertThat(core.inquiries).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json;q=0.5", "application/*", "application/json;q=0,*/*;q=0.1"})
    void whatHasToBeNegotiatedIsTheFrameworks(String accept) {
        index(HIT);
        request().accept(accept).post("/v1/images").then().statusCode(200);
        assertThat(core.asked).isEmpty();
    }

    @Test
    void whoTakesNoJsonIsRefusedAsEver() {
        index(HIT);
        request().accept("image/png").post("/v1/images").then().statusCode(406);
    }

    @Test
    void aBadRequestIsToldWhatIsBad() {
        index(HIT);
        request()
                .body("{\"template\":\"social-card\",\"data\":{\"a\":1,\"a\":2}}")
                .post("/v1/images")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
        assertThat(core.asked).isEmpty();
    }

    @Test
    void anAnswerThatComesLaterAndFromAnotherThreadLeavesAsWell() {
        core.index(new CompletableFuture<Optional<ImageOutcome.Hit>>()
                .completeOnTimeout(Optional.of(HIT), 20, TimeUnit.MILLISECONDS));
        for (int again = 0; again < 3; again++) {
            request().post("/v1/images").then().statusCode(200).body("url", equalTo(FakeCore.URL));
        }
        assertThat(core.inquiries).isEmpty();
    }

    /** Their threads know the request's context, and are no event loop all the same. */
    @Test
    void aMissThatAVirtualThreadFindsIsAnsweredOnTheEventLoop() {
        core.index(() -> {
            CountDownLatch loopHasGoneOn = new CountDownLatch(1);
            Vertx.currentContext().runOnContext(next -> loopHasGoneOn.countDown());
            return CompletableFuture.supplyAsync(
                    () -> {
                        awaitQuietly(loopHasGoneOn);
                        return Optional.empty();
                    },
                    virtualThreads);
        });
        request().post("/v1/images").then().statusCode(200);
        assertThat(core.threads).singleElement().asString().contains("eventloop");
    }

    @Test
    void aUrlThatCannotBeSignedIsToldAsAProblem() {
        core.index(CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(FakeCore.UNSIGNABLE))));
        request().post("/v1/images").then().statusCode(503).contentType("application/problem+json");
        assertThat(core.inquiries).isEmpty();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void index(ImageOutcome.Hit hit) {
        core.index(CompletableFuture.completedFuture(Optional.of(hit)));
    }

    private static RequestSpecification request() {
        return given().contentType(ContentType.JSON)
                .header("X-Request-Id", "same")
                .body(REQUEST);
    }

    private static Map<String, String> headers(Response response) {
        return response.headers().asList().stream().collect(Collectors.toMap(Header::getName, Header::getValue));
    }
}
