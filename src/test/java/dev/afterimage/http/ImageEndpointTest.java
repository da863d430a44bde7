package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/images} over HTTP, without failures. */
@QuarkusTest
@TestProfile(FakeCore.class)
class ImageEndpointTest extends WithFakeCore {

    private static final String REQUEST = "{\"template\":\"social-card\",\"data\":{\"title\":\"Hello\"}}";

    private static final ImageOutcome.Hit HIT = new ImageOutcome.Hit(FakeCore.ENTRY);

    @Inject
    @VirtualThreads
    ExecutorService virtualThreads;

    private static RequestSpecification request() {
        return given().contentType(ContentType.JSON).body(REQUEST);
    }

    private static ValidatableResponse post() {
        return request().post("/v1/images").then();
    }

    @Test
    void hitHasExactlyTheDocumentedMembers() {
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

    @ParameterizedTest
    @ValueSource(strings = {"no-cache", "max-age=0, No-Cache"})
    void withNoCacheTheStoreIsAskedToo(String directives) {
        request().header("Cache-Control", directives).post("/v1/images").then().statusCode(200);
        assertThat(core.validated()).containsExactly(true);
    }

    @Test
    void withoutNoCacheTheIndexIsEnough() {
        request().header("Cache-Control", "max-age=0").post("/v1/images").then().statusCode(200);
        post().statusCode(200);
        assertThat(core.validated()).containsExactly(false, false);
    }

    @Test
    void answerSaysWhatTheEntrySaysNowThoughItsUrlIsTheSame() {
        post().body("freshUntil", equalTo("2026-11-25T05:00:00Z"));
        IndexEntry longer = new IndexEntry(
                FakeCore.ENTRY.key(),
                FakeCore.ENTRY.format(),
                FakeCore.ENTRY.bytes(),
                FakeCore.ENTRY.createdAt(),
                FakeCore.ENTRY.freshUntil().plusSeconds(60),
                FakeCore.ENTRY.staleUntil());
        core.answerWith(new ImageOutcome.Hit(longer));

        post().body("freshUntil", equalTo("2026-11-25T05:01:00Z"));
        post().body("freshUntil", equalTo("2026-11-25T05:01:00Z"));
    }

    @Test
    void bodyIsPassedToTheCore() {
        request()
                .body("{\"data\":{\"b\":1.0,\"a\":[]},\"format\":\"jpg\",\"template\":\"hero\"}")
                .post("/v1/images");
        assertThat(core.generationRequest().request().template()).isEqualTo(new TemplateId("hero"));
        assertThat(core.generationRequest().request().data()).isEqualTo(new TemplateData("{\"a\":[],\"b\":1}"));
        assertThat(core.generationRequest().request().format()).isEqualTo(ImageFormat.JPEG);
        assertThat(core.generationRequest().lane()).isEqualTo(Lane.INTERACTIVE);
    }

    @Test
    void theCoreIsAskedOnTheEventLoopWhateverTheSizeOfTheBody() {
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

    @ParameterizedTest
    @ValueSource(strings = {"", "wait=3", "respond-async", "wait=600", "respond-async, wait=5"})
    void aHitOfTheIndexIsAnsweredLikeOneOfTheStoreAndWithoutAskingFurther(String preference) {
        Response stored = named().header("Prefer", preference).post("/v1/images");
        assertThat(core.requests).hasSize(1);
        core.index(CompletableFuture.completedFuture(Optional.of(HIT)));

        Response indexed = named().header("Prefer", preference).post("/v1/images");

        assertThat(core.requests).hasSize(1);
        assertThat(indexed.statusCode()).isEqualTo(200);
        assertThat(headers(indexed)).isEqualTo(headers(stored));
        assertThat(indexed.asString()).isEqualTo(stored.asString());
    }

    private static RequestSpecification named() {
        return request().header("X-Request-Id", "same");
    }

    private static Map<String, String> headers(Response response) {
        return response.headers().asList().stream().collect(Collectors.toMap(Header::getName, Header::getValue));
    }

    @Test
    void indexIsAskedOnceAndItsLookupIsPassedOn() {
        post().statusCode(200);
        assertThat(core.asked)
                .singleElement()
                .satisfies(request -> assertThat(request.template()).isEqualTo(new TemplateId("social-card")));
        assertThat(core.lookups)
                .singleElement()
                .satisfies(lookup -> assertThat(lookup.hit()).isEmpty());
    }

    static Stream<CompletableFuture<Optional<ImageOutcome.Hit>>> failures() {
        return Stream.of(
                CompletableFuture.failedFuture(new CacheUnavailableException("no versions", null)),
                CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(FakeCore.UNSIGNABLE))));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failedLookupOrSignatureIsAProblem(CompletableFuture<Optional<ImageOutcome.Hit>> lookup) {
        core.index(lookup);
        post().statusCode(503).contentType("application/problem+json");
        assertThat(core.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/json",
                "*/*",
                "application/json, text/plain, */*",
                "text/html,Application/JSON",
                "application/json;q=0.5",
                "application/*",
                "application/json;q=0,*/*;q=0.1"
            })
    void acceptHeaderThatIncludesJsonIsServed(String accept) {
        request().accept(accept).post("/v1/images").then().statusCode(200).contentType("application/json");
    }

    @Test
    void aLookupThatEndsLaterAndOnAnotherThreadIsAnsweredAsWell() {
        core.index(new CompletableFuture<Optional<ImageOutcome.Hit>>()
                .completeOnTimeout(Optional.of(HIT), 20, TimeUnit.MILLISECONDS));
        for (int again = 0; again < 3; again++) {
            post().statusCode(200).body("url", equalTo(FakeCore.URL));
        }
        assertThat(core.requests).isEmpty();
    }

    /** Virtual threads know the request's context, though they are not its event loop. */
    @Test
    void aMissThatAVirtualThreadFindsGoesOnOnTheEventLoop() {
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
        post().statusCode(200);
        assertThat(core.threads).singleElement().asString().contains("eventloop");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Stream<Arguments> cacheStatuses() {
        return Stream.of(
                Arguments.of(new ImageOutcome.Stored(FakeCore.ENTRY), "fwd=miss; stored"),
                Arguments.of(new ImageOutcome.Collapsed(FakeCore.ENTRY), "fwd=miss; collapsed"),
                Arguments.of(new ImageOutcome.Stale(FakeCore.ENTRY, Duration.ofMillis(90_700)), "hit; ttl=-90"),
                Arguments.of(new ImageOutcome.Stale(FakeCore.ENTRY, Duration.ofMillis(3)), "hit; ttl=-1"));
    }

    @ParameterizedTest
    @MethodSource("cacheStatuses")
    void cacheStatusTellsTheOutcome(ImageOutcome outcome, String status) {
        core.answerWith(outcome);
        post().statusCode(200).header("Cache-Status", "afterimage; " + status);
    }

    @Test
    void pendingImageIs202WithItsLocation() {
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
    void preferRespondAsyncIsNotKeptWaiting() {
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
    void preferWaitMayShortenTheDeadline() {
        request().header("Prefer", "wait=3").post("/v1/images").then().header("Preference-Applied", "wait=3");
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(3));
    }

    @Test
    void preferWaitMayNotExceedTheMaximum() {
        request().header("Prefer", "wait=600").post("/v1/images").then().header("Preference-Applied", "wait=25");
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(25));
    }
}
