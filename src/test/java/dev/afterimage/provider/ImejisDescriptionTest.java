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
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.testing.SampleImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImejisDescriptionTest {

    @RegisterExtension
    private static final ProviderBench bench = new ProviderBench();

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

    @ParameterizedTest
    @ValueSource(strings = {"monthly-limit", "quota-exceeded", "limit-exceeded"})
    void outOfCreditsIsProbedBeforeTheNamedMonth(String reason) {
        answers(json(429, "{\"reason\":\"" + reason + "\",\"data\":{\"resetAt\":\"2025-07-01T00:00:00.000Z\"}}"));
        assertThatThrownBy(ImejisDescriptionTest::generate)
                .isInstanceOfSatisfying(
                        OutOfCreditsException.class,
                        e -> assertThat(e.until())
                                .isEqualTo(bench.clock.instant().plus(LaneStop.Reason.OUT_OF_CREDITS.probedEvery())));
    }

    @Test
    void unknownKeyInPlainTextIsAccessRefused() {
        answers(json(404, "Key not found"));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(AccessRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "<svg/>", "{\"url\":\"https://example.com/1.png\"}"})
    void anAnswerThatIsNoImageIsRefused(String body) {
        answers(ok(body));
        assertThatThrownBy(ImejisDescriptionTest::generate).isInstanceOf(NotAnImageException.class);
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
}
