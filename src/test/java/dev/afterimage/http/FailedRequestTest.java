package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures of the core behind a good request; the request's id and its caller. */
@QuarkusTest
@TestProfile(FakeCore.class)
class FailedRequestTest extends WithFakeCore {

    private static final String BASE = "https://afterimage.dev/problems/";

    private static RequestSpecification request() {
        return given().contentType("application/json").body("{\"template\":\"t\",\"data\":{}}");
    }

    private static ValidatableResponse post() {
        return request().post("/v1/images").then().contentType("application/problem+json");
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure(new QuotaExceededException(Duration.ofMillis(59_001)), 429, "60", "quota-exceeded"),
                failure(
                        new OutOfCreditsException("used up", FakeCore.NOW.plus(Duration.ofDays(6))),
                        503,
                        "518400",
                        "out-of-credits"),
                failure(new AccessRefusedException("secret-42"), 503, "60", "access-refused"),
                failure(new UnavailableException("connection refused", null), 503, "10", "provider-unavailable"),
                failure(new OutcomeUnknownException("time-out", null), 503, null, "outcome-unknown"),
                failure(new NotAnImageException("html"), 502, null, "not-an-image"),
                failure(
                        NotAnImageException.remembered(Optional.of(Duration.ofSeconds(90))),
                        502,
                        "90",
                        "not-an-image"));
    }

    private static Arguments failure(
            RuntimeException failure, int status, @Nullable String retryAfter, String problem) {
        return Arguments.of(failure, status, retryAfter, problem);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failureIsAProblemThatNamesTheWait(
            RuntimeException failure, int status, @Nullable String retryAfter, String problem) {
        core.failWith(failure);
        post().statusCode(status)
                .header("Retry-After", equalTo(retryAfter))
                .header("Cache-Control", "no-store")
                .body("type", equalTo(BASE + problem))
                .body("detail", not(containsString("secret-42")));
    }

    @Test
    void rejectionSaysWhatToCorrect() {
        core.failWith(new RejectedException(RejectedException.Reason.TEMPLATE, "There is no template of this name."));
        post().statusCode(422)
                .header("Retry-After", nullValue())
                .body("type", equalTo(BASE + "template-rejected"))
                .body("detail", equalTo("There is no template of this name."))
                .body("pointer", equalTo("#/template"));
    }

    /** It may repeat the data. */
    @Test
    void whatTheProviderWroteIsToldToTheCallerAndNotLogged() {
        List<LogRecord> log = new ArrayList<>();
        Handler handler = new RecordingHandler(log);
        Logger root = Logger.getLogger("dev.afterimage.http.problem");
        root.addHandler(handler);
        try {
            core.failWith(new RejectedException(
                    RejectedException.Reason.DATA,
                    "The provider refused the data (422): \"title \"Ann's cake\" is too long\". Compare it."));
            post().statusCode(422).body("detail", containsString("Ann's cake"));
        } finally {
            root.removeHandler(handler);
        }
        assertThat(log)
                .singleElement()
                .satisfies(line -> assertThat(ExtLogRecord.wrap(line).getFormattedMessage())
                        .contains("The provider refused the data (422). Compare it.")
                        .doesNotContain("Ann"));
    }

    @Test
    void unexpectedFailureIsLoggedAndHiddenFromTheClient() {
        List<LogRecord> log = new ArrayList<>();
        Handler handler = new RecordingHandler(log);
        Logger root = Logger.getLogger("dev.afterimage.http.problem");
        root.addHandler(handler);
        try {
            core.failWith(new IllegalStateException("secret-42"));
            request()
                    .header("X-Request-Id", "the-one")
                    .post("/v1/images")
                    .then()
                    .statusCode(500)
                    .body("type", equalTo(BASE + "internal-error"))
                    .body("requestId", equalTo("the-one"))
                    .body(not(containsString("secret-42")));
        } finally {
            root.removeHandler(handler);
        }
        assertThat(log).hasSize(1);
        assertThat(log.getFirst().getThrown()).hasMessage("secret-42");
        assertThat(ExtLogRecord.wrap(log.getFirst()).getMdc("requestId")).isEqualTo("the-one");
    }

    // ---- The request's name ----

    @ParameterizedTest
    @ValueSource(strings = {"a", "A.b_c-9", "0123456789012345678901234567890123456789012345678901234567890123"})
    void validRequestIdIsKept(String id) {
        request()
                .header("X-Request-Id", id)
                .post("/v1/images")
                .then()
                .statusCode(200)
                .header("X-Request-Id", id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "<script>",
                "caf\u00e9",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void invalidRequestIdIsReplaced(String id) {
        request()
                .header("X-Request-Id", id)
                .post("/v1/images")
                .then()
                .statusCode(200)
                .header("X-Request-Id", matchesPattern("[0-9a-f]{8}-[0-9a-f-]{27}"));
    }

    @Test
    void responsesOfTheFrameworkHaveARequestIdToo() {
        given().header("X-Request-Id", "x").get("/q/health/live").then().header("X-Request-Id", "x");
    }

    // ---- Who asks ----

    private String callerOf(RequestSpecification request) {
        request.post("/v1/images").then().statusCode(200);
        return core.generationRequest().caller().id();
    }

    /** If a header of the client's choice named the caller, one client would have many quotas. */
    @Test
    void withoutAuthenticationTheCallerIsTheAddressWhateverKeyItSends() {
        assertThat(callerOf(request())).isEqualTo("address:127.0.0.1");
        assertThat(callerOf(request().header("X-Api-Key", "one"))).isEqualTo("address:127.0.0.1");
    }

    // ---- Browsers ----

    @Test
    void withoutCorsNoOriginIsAllowed() {
        request()
                .header("Origin", "https://shop.example")
                .post("/v1/images")
                .then()
                .header("Access-Control-Allow-Origin", nullValue());
    }

    /** Keeps what is logged. */
    private static final class RecordingHandler extends Handler {

        private final List<LogRecord> log;

        RecordingHandler(List<LogRecord> log) {
            this.log = log;
        }

        @Override
        public void publish(LogRecord logged) {
            ExtLogRecord.wrap(logged).copyMdc();
            log.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
