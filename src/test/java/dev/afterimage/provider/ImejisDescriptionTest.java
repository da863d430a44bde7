package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.generation.OutOfCreditsException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.RejectedException.Reason;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.limit.PermitLapsedException;
import dev.afterimage.testing.SampleImages;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImejisDescriptionTest {

    private static ProviderBench bench;

    @BeforeAll
    static void open() {
        bench = new ProviderBench();
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @BeforeEach
    void forget() {
        bench.server.resetAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1", "/v1/"})
    void theCallIsAPostOfTheDataToTheTemplateWithTheKeyInItsOwnHeader(String base) {
        answers(ok().withBody(SampleImages.whole(ImageFormat.JPEG)));
        GeneratedImage image = bench.imejis("url", bench.url(base))
                .generate(ProviderBench.request(ImageFormat.JPEG), ProviderBench.attempt());
        assertThat(image.format()).isEqualTo(ImageFormat.JPEG);
        bench.server.verify(
                1,
                postRequestedFor(urlEqualTo("/v1/card?format=jpeg"))
                        .withHeader("dma-api-key", equalTo("key-1"))
                        .withoutHeader("Authorization")
                        .withRequestBody(equalTo("{\"title\":\"A\"}")));
    }

    @Test
    void aThrottledCallWaitsUntilTheNamedReset() {
        Instant reset = bench.clock.instant().plusSeconds(20);
        answers(json(429, "{\"reason\":\"rate-limit\",\"data\":{\"resetAt\":\"" + reset + "\"}}"));
        assertThatThrownBy(ImejisDescriptionTest::generate)
                .isInstanceOfSatisfying(
                        ThrottledException.class,
                        e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(20)));
    }

    @Test
    void accountWithoutAPlanIsAccessRefusedAndNotThrottled() {
        answers(json(429, "{\"reason\":\"no-plan\",\"data\":{\"resetAt\":\"2025-07-01T00:00:00Z\"}}"));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(AccessRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"out-of-credits", "monthly-limit", "quota-exceeded", "limit-exceeded"})
    void outOfCreditsIsProbedBeforeTheNamedMonth(String reason) {
        answers(json(429, "{\"reason\":\"" + reason + "\",\"data\":{\"resetAt\":\"2025-07-01T00:00:00.000Z\"}}"));
        assertThatThrownBy(ImejisDescriptionTest::generate)
                .isInstanceOfSatisfying(
                        OutOfCreditsException.class,
                        e -> assertThat(e.until())
                                .isEqualTo(bench.clock.instant().plus(OutOfCreditsException.ASKED_AGAIN_AFTER)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"404 | {\"message\":\"Key not found\"}", "404 | Key not found", "401 | {}", "403 | {}", "302 | {}"
            })
    void operatorsFaultIsNotARejection(int status, String body) {
        answers(json(status, body));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(AccessRefusedException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"404 | {\"message\":\"Design not found\"} | TEMPLATE", "400 | {} | DATA"})
    void rejectionSaysWhatTheCallerCanCorrect(int status, String body, Reason reason) {
        answers(json(status, body));
        assertRejected(reason);
    }

    @Test
    void outagesAndUnknownOutcomesAreDistinguished() {
        answers(json(503, ""));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(UnavailableException.class);
        answers(json(504, ""));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void moreThanTwentyMebibytesAreRefused() {
        byte[] png = SampleImages.png();
        answers(ok().withBody(Arrays.copyOf(png, 20 * 1024 * 1024 + 1)));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(NotAnImageException.class);
        answers(ok().withBody(Arrays.copyOf(png, 20 * 1024 * 1024)));
        assertThat(generate().content()).hasSize(20 * 1024 * 1024);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "<svg/>", "{\"url\":\"https://example.com/1.png\"}"})
    void anAnswerThatIsNoImageIsRefused(String body) {
        answers(ok(body));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(NotAnImageException.class);
    }

    @Test
    void nothingIsSentWithALapsedPermit() {
        Attempt lapsed = ProviderBench.attempt().withDeparture(() -> {
            throw new PermitLapsedException(Duration.ofSeconds(1));
        });
        DescribedProvider provider = bench.imejis("url", bench.url("/v1"));
        assertThatThrownBy(() -> provider.generate(ProviderBench.request(), lapsed))
                .isInstanceOf(PermitLapsedException.class);
        assertThat(bench.calls()).isZero();
    }

    private static void answers(ResponseDefinitionBuilder response) {
        bench.server.stubFor(post(urlPathEqualTo("/v1/card")).willReturn(response));
    }

    private static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse().withStatus(status).withBody(body);
    }

    private static GeneratedImage generate() {
        return bench.imejis("url", bench.url("/v1")).generate(ProviderBench.request(), ProviderBench.attempt());
    }

    private static void assertRejected(Reason reason) {
        assertThatThrownBy(ImejisDescriptionTest::generate)
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
