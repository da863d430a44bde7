package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.http.problem.OpenAiError;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.testing.MemoryImageStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FakeCore.class)
class OpenAiResourceTest extends WithFakeCore {

    private static final byte[] BYTES = {1, 2, 3};

    private static final String INLINE = "{'model':'card','prompt':'A fox','response_format':'b64_json'}";

    @Inject
    MemoryImageStore store;

    @Inject
    Base64Memory memory;

    @BeforeEach
    void reset() {
        store.delete(FakeCore.KEY);
    }

    @Test
    void theModelIsTheTemplateAndThePromptIsItsData() {
        post("{'model':'dall-e-3','prompt':'A fox','size':'1024x1024','n':1,'user':'u1','quality':null}")
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Status", "afterimage; hit")
                .body("created", equalTo((int) FakeCore.ENTRY.createdAt().getEpochSecond()))
                .body("data.size()", equalTo(1))
                .body("data[0].url", equalTo(FakeCore.URL))
                .body("data[0]", not(hasKey("b64_json")));

        ImageRequest request = core.generationRequest().request();
        assertThat(request.template().value()).isEqualTo("dall-e-3");
        assertThat(request.data().json()).isEqualTo("{\"prompt\":\"A fox\",\"size\":\"1024x1024\"}");
        assertThat(request.format()).isEqualTo(ImageFormat.PNG);
    }

    @Test
    void preferWaitChangesTheDeadline() {
        post("{'model':'card','prompt':'A fox'}").header("Preference-Applied", nullValue());
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(25));

        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(7)));
        preferring("wait=3").statusCode(429).header("Preference-Applied", "wait=3");
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(3));

        core.answerWith(new ImageOutcome.Hit(FakeCore.ENTRY));
        preferring("respond-async, wait=600").statusCode(200).header("Preference-Applied", "wait=25");
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(25));
    }

    private static ValidatableResponse preferring(String preference) {
        return given().contentType("application/json")
                .header("Prefer", preference)
                .body("{\"model\":\"card\",\"prompt\":\"A fox\"}")
                .post(OpenAiError.PATH)
                .then();
    }

    @Test
    void anAliasNamesATemplateByAnyText() {
        post("{'model':'vendor/model-1.1','prompt':'A fox','output_format':'webp'}")
                .statusCode(200);

        ImageRequest request = core.generationRequest().request();
        assertThat(request.template().value()).isEqualTo("hero");
        assertThat(request.data().json()).isEqualTo("{\"prompt\":\"A fox\"}");
        assertThat(request.format()).isEqualTo(ImageFormat.WEBP);
    }

    @Test
    void eachOfSeveralImagesIsAVariantOfItsOwn() {
        post("{'model':'card','prompt':'A fox','n':3.0}")
                .statusCode(200)
                .header("Cache-Status", "afterimage; hit, afterimage; hit, afterimage; hit")
                .body("data.size()", equalTo(3));

        assertThat(core.requests)
                .extracting(wanted -> wanted.request().variant())
                .containsExactly(0, 1, 2);
    }

    @Test
    void base64ResponseContainsTheImage() {
        store.put(FakeCore.ENTRY, BYTES);

        post("{'model':'card','prompt':'A fox','response_format':'b64_json'}")
                .statusCode(200)
                .body("data[0].b64_json", equalTo(Base64.getEncoder().encodeToString(BYTES)))
                .body("data[0]", not(hasKey("url")));
    }

    @Test
    void anImageThatIsNotInTheStoreIsAskedForAgainAndThenMadeAnew() {
        error(post(INLINE), 503, "server_error")
                .header("Retry-After", "1")
                .header("x-should-retry", "true")
                .body("error.code", equalTo("storage_unavailable"));
        assertThat(core.validated()).containsExactly(true);
    }

    /** An image of 48,213 bytes has 64,284 characters, and an answer may hold 200,000. */
    @Test
    void imagesTooLargeForABase64ResponseAre413AndHaveUrls() {
        store.put(FakeCore.ENTRY, BYTES);
        post("{'model':'card','prompt':'A fox','n':3,'response_format':'b64_json'}")
                .statusCode(200);

        error(
                        post("{'model':'card','prompt':'A fox','n':4,'response_format':'b64_json'}"),
                        413,
                        "invalid_request_error")
                .header("x-should-retry", "false")
                .body("error.code", equalTo("answer_too_large"))
                .body("error.message", containsString("response_format=url"));
        post("{'model':'card','prompt':'A fox','n':4}").statusCode(200);
    }

    @Test
    void base64ResponsesThatFillTheMemoryMakeOthersWait() {
        List<LogRecord> errors = new CopyOnWriteArrayList<>();
        Logger log = Logger.getLogger("dev.afterimage.http");
        Handler keeper = keeper(errors);
        log.addHandler(keeper);
        store.put(FakeCore.ENTRY, BYTES);
        Base64MemoryTest.Answer others = new Base64MemoryTest.Answer();
        memory.reserve(memory.free(), others, others::cutOff);
        try {
            error(post(INLINE), 503, "server_error")
                    .header("Retry-After", "2")
                    .header("x-should-retry", "true")
                    .body("error.code", equalTo("busy"));
            assertThat(errors).isEmpty();
            post("{'model':'card','prompt':'A fox'}").statusCode(200);
        } finally {
            others.end();
            log.removeHandler(keeper);
        }
        post(INLINE).statusCode(200);
    }

    private static Handler keeper(List<LogRecord> errors) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getLevel().intValue() > Level.INFO.intValue()) {
                    errors.add(line);
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    @Test
    void aBase64ResponseFreesItsMemoryOnceItIsWritten() {
        Base64MemoryTest.Answer others = new Base64MemoryTest.Answer();
        memory.reserve(memory.free() - 200_000, others, others::cutOff);
        try {
            error(post(INLINE), 503, "server_error").body("error.code", equalTo("storage_unavailable"));
            store.put(FakeCore.ENTRY, BYTES);
            for (int i = 0; i < 3; i++) {
                // The client may be told of the former answer's end before the service is.
                int status = IntStream.range(0, 1000)
                        .map(attempt -> post(INLINE).extract().statusCode())
                        .filter(answered -> answered != 503)
                        .findFirst()
                        .orElse(503);
                assertThat(status).isEqualTo(200);
            }
        } finally {
            others.end();
        }
    }

    @Test
    void lateImageIs429WithRetryAfter() {
        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(7)));
        error(post("{'model':'card','prompt':'A fox'}"), 429, "rate_limit_error")
                .header("Retry-After", "7")
                .header("x-should-retry", "true")
                .body("error.code", equalTo("image_pending"));

        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofMinutes(10)));
        error(post("{'model':'card','prompt':'A fox'}"), 429, "rate_limit_error")
                .header("Retry-After", "60")
                .header("x-should-retry", "true");
    }

    @Test
    void invalidRequestIs400AndNamesTheParameter() {
        refused("{'model':'card','prompt':'A fox','n':0}", "n");
        refused("{'model':'card','prompt':'A fox','n':11}", "n");
        refused("{'model':'card','prompt':'A fox','n':1.5}", "n");
        refused("{'model':'card','prompt':'A fox','n':'1'}", "n");
        refused("{'model':'card','prompt':'A fox','response_format':'svg'}", "response_format");
        refused("{'model':'card','prompt':'A fox','response_format':1}", "response_format");
        refused("{'model':'card','prompt':'A fox','output_format':'gif'}", "output_format");
        refused("{'model':'card','prompt':'A fox','stream':true}", "stream");
        refused("{'model':'card','prompt':'A fox','size':1024}", "size");
        refused("{'model':'card','prompt':'A fox','user':{}}", "user");
        refused("{'model':'card','prompt':'A fox','user':7}", "user");
        refused("{'model':'card','prompt':' '}", "prompt");
        refused("{'model':'card','prompt':'" + "x".repeat(32_001) + "'}", "prompt");
        refused("{'model':'card'}", "prompt");
        refused("{'prompt':'A fox'}", "model");
        refused("{'model':'no/alias','prompt':'A fox'}", "model");
        refused("{'model':'card','prompt':'A fox','prompt':'A hare'}", null);
        refused("[]", null);
        refused("{", null);
        core.assertUntouched();
    }

    private static void refused(String body, String param) {
        error(post(body), 400, "invalid_request_error")
                .header("x-should-retry", "false")
                .body("error.code", equalTo("invalid_request"))
                .body("error.param", equalTo(param));
    }

    @Test
    void refusalsBeforeTheResourceHaveOpenAisErrorForm() {
        error(
                given().contentType("text/plain")
                        .body("A fox")
                        .post(OpenAiError.PATH)
                        .then(),
                415,
                "invalid_request_error");
        error(
                given().contentType("application/json")
                        .body("x".repeat(300_000))
                        .post(OpenAiError.PATH)
                        .then(),
                413,
                "invalid_request_error");
    }

    @Test
    void failuresHaveOpenAisErrorFormAndARetryOnlyWhereWaitingHelps() {
        core.failWith(new QuotaExceededException(Duration.ofMinutes(30)));
        error(post("{'model':'card','prompt':'A fox'}"), 429, "rate_limit_error")
                .header("Retry-After", "1800")
                .header("x-should-retry", "false")
                .body("error.code", equalTo("quota_exceeded"));

        core.failWith(new RejectedException(RejectedException.Reason.MODERATED, "The prompt was refused."));
        error(post("{'model':'card','prompt':'A fox'}"), 422, "invalid_request_error")
                .header("x-should-retry", "false")
                .body("error.message", containsString("refused"));

        core.failWith(new NotAnImageException("no image"));
        error(post("{'model':'card','prompt':'A fox'}"), 502, "server_error").header("x-should-retry", "false");
    }

    @Test
    void whatMayBeBilledAgainIsNotRepeatedByTheClients() {
        Optional<Duration> soon = Optional.of(Duration.ofSeconds(1));
        core.failWith(NotAnImageException.remembered(soon));
        error(post("{'model':'card','prompt':'A fox'}"), 502, "server_error")
                .header("Retry-After", "1")
                .header("x-should-retry", "false");

        core.failWith(OutcomeUnknownException.remembered(soon));
        error(post("{'model':'card','prompt':'A fox'}"), 503, "server_error")
                .header("Retry-After", "1")
                .header("x-should-retry", "false");
    }

    private static ValidatableResponse error(ValidatableResponse answer, int status, String type) {
        return answer.statusCode(status)
                .contentType("application/json")
                .body("error.message", notNullValue())
                .body("error.type", equalTo(type))
                .body("error", hasKey("param"))
                .body("error", hasKey("code"));
    }

    /** Sends JSON in which ' stands for the quotation mark. */
    private static ValidatableResponse post(String body) {
        return given().contentType("application/json")
                .header("Authorization", "Bearer sk-anything")
                .body(body.replace('\'', '"'))
                .post(OpenAiError.PATH)
                .then();
    }
}
