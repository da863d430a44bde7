package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.Billed;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.testing.SampleImages;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDescriptionTest {

    private static final byte[] PNG = SampleImages.png();
    private static final String[] LOCAL = {"allowed-hosts", "127.0.0.1"};

    @RegisterExtension
    private static final ProviderBench bench = new ProviderBench();

    @Test
    void theCallIsAPostOfTemplateAndDataWithTheKeyAsBearer() {
        answers(ok().withBody(PNG));
        generate(LOCAL);
        bench.server.verify(
                1,
                postRequestedFor(urlEqualTo("/render"))
                        .withHeader("Authorization", equalTo("Bearer key-1"))
                        .withHeader("Content-Type", equalTo("application/json"))
                        .withRequestBody(equalToJson("{\"template\":\"card\",\"data\":{\"title\":\"A\"}}")));
    }

    @Test
    void anotherFormatThanPngIsAskedForByName() {
        answers(ok().withBody(SampleImages.whole(ImageFormat.JPEG)));
        bench.json().generate(ProviderBench.request(ImageFormat.JPEG), ProviderBench.attempt());
        bench.server.verify(
                1,
                postRequestedFor(urlEqualTo("/render"))
                        .withRequestBody(
                                equalToJson("{\"template\":\"card\",\"data\":{\"title\":\"A\"},\"format\":\"jpeg\"}")));
    }

    @Test
    void withoutAKeyNoneIsSent() {
        answers(ok().withBody(PNG));
        generate("api-key", " ");
        assertThat(bench.server.getAllServeEvents().getFirst().getRequest().containsHeader("Authorization"))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void formatFollowsFromTheMagicNumber(ImageFormat format) {
        byte[] content = SampleImages.whole(format);
        answers(ok().withHeader("Content-Type", "text/html").withBody(content));
        GeneratedImage image = generate();
        assertThat(image.format()).isEqualTo(format);
        assertThat(image.content()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"image\":\"%s\"}", "{\"data\":{\"base64\":\"data:image/png;base64,%s\"}}"})
    void base64IsTaken(String json) {
        answers(okJson(json.formatted(Base64.getEncoder().encodeToString(PNG))));
        assertThat(generate().content()).isEqualTo(PNG);
    }

    @Test
    void aUrlIsFetchedWithoutTheKey() {
        answersUrl(bench.url("/1.png?sig=a%2Fb"));
        bench.server.stubFor(get(urlEqualTo("/1.png?sig=a%2Fb")).willReturn(ok().withBody(PNG)));
        assertThat(generate(LOCAL).content()).isEqualTo(PNG);
        bench.server.verify(1, getRequestedFor(urlEqualTo("/1.png?sig=a%2Fb")).withoutHeader("Authorization"));
    }

    @Test
    void aUrlToAPrivateAddressIsRefusedAndNotFetched() {
        for (String url : new String[] {
            bench.url("/1.png"),
            "https://127.0.0.1:" + bench.server.port() + "/1.png",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::ffff:127.0.0.1]:" + bench.server.port() + "/1.png"
        }) {
            answersUrl(url);
            assertFails(NotAnImageException.class, Billed.YES);
        }
        bench.server.verify(0, getRequestedFor(urlEqualTo("/1.png")));
    }

    @Test
    void aUrlThatRedirectsIsRefusedAndNotFollowed() {
        answersUrl(bench.url("/1.png"));
        bench.server.stubFor(get(urlEqualTo("/1.png"))
                .willReturn(aResponse().withStatus(302).withHeader("Location", bench.url("/2.png"))));
        assertFails(NotAnImageException.class, Billed.YES, LOCAL);
        bench.server.verify(0, getRequestedFor(urlEqualTo("/2.png")));
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 403, 500, 503, 429})
    void aPaidImageIsFetchedAgainWhenItIsNotThereYet(int status) {
        answersUrl(bench.url("/1.png"));
        bench.server.stubFor(get(urlEqualTo("/1.png"))
                .inScenario("late")
                .willReturn(aResponse().withStatus(status))
                .willSetStateTo("there"));
        bench.server.stubFor(get(urlEqualTo("/1.png"))
                .inScenario("late")
                .whenScenarioStateIs("there")
                .willReturn(ok().withBody(PNG)));
        assertThat(generate(LOCAL).content()).isEqualTo(PNG);
        bench.server.verify(1, postRequestedFor(urlEqualTo("/render")));
    }

    @Test
    void imageThatCannotBeFetchedIsNotBoughtAgain() {
        answersUrl(bench.url("/1.png"));
        bench.server.stubFor(get(urlEqualTo("/1.png")).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
        assertFails(OutcomeUnknownException.class, Billed.MAYBE, LOCAL);
        bench.server.verify(1, postRequestedFor(urlEqualTo("/render")));
        bench.server.verify(4, getRequestedFor(urlEqualTo("/1.png")));
    }

    @Test
    void aUrlThatStaysMissingLeadsToNoImage() {
        answersUrl(bench.url("/1.png"));
        bench.server.stubFor(get(urlEqualTo("/1.png")).willReturn(aResponse().withStatus(404)));
        assertFails(NotAnImageException.class, Billed.YES, LOCAL);
        bench.server.verify(4, getRequestedFor(urlEqualTo("/1.png")));
    }

    @Test
    void theWaitsBetweenTriesGrowAndKeepWithinTheTimeOut() {
        ProviderBench own = new ProviderBench();
        try (own) {
            own.server.stubFor(
                    post(urlEqualTo("/render")).willReturn(okJson("{\"url\":\"" + own.url("/1.png") + "\"}")));
            own.server.stubFor(get(urlEqualTo("/1.png")).willReturn(aResponse().withStatus(503)));
            DescribedProvider provider = own.json("allowed-hosts", "127.0.0.1", "timeout", "1s");
            assertThatThrownBy(() -> provider.generate(ProviderBench.request(), ProviderBench.attempt()))
                    .isInstanceOf(OutcomeUnknownException.class);
            assertThat(own.pause.waits()).containsExactly(Duration.ofMillis(250), Duration.ofMillis(500));
        }
    }

    @Test
    void aFetchedImageThatIsTooLargeIsRefused() {
        answersUrl(bench.url("/1.png"));
        bench.server.stubFor(get(urlEqualTo("/1.png")).willReturn(ok().withBody(Arrays.copyOf(PNG, 5_001))));
        assertFails(NotAnImageException.class, Billed.YES, "allowed-hosts", "127.0.0.1", "max-bytes", "5000");
    }

    @Test
    void anInlineImageThatIsTooLargeIsRefused() {
        String base64 = Base64.getEncoder().encodeToString(Arrays.copyOf(PNG, 5_001));
        answers(okJson("{\"image\":\"" + base64 + "\"}"));
        assertFails(NotAnImageException.class, Billed.YES, "max-bytes", "5000");
        answers(ok().withBody(Arrays.copyOf(PNG, 5_001)));
        assertFails(NotAnImageException.class, Billed.YES, "max-bytes", "5000");
    }

    @Test
    void anImageOfExactlyTheBoundPassesInEveryForm() {
        byte[] content = Arrays.copyOf(PNG, 5_000);
        answers(okJson("{\"image\":\"" + Base64.getEncoder().encodeToString(content) + "\"}"));
        assertThat(generate("max-bytes", "5000").content()).isEqualTo(content);
        answers(ok().withBody(content));
        assertThat(generate("max-bytes", "5000").content()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "{}",
                "[]",
                "{\"status\":\"pending\"}",
                "{\"url\":",
                "<html></html>",
                "<svg/>",
                "{\"image\":\"PHN2Zy8+\"}",
                "{\"image\":\"data:image/svg+xml;base64,PHN2Zy8+\"}"
            })
    void answerWithoutAnImageIsRefused(String body) {
        answers(ok(body));
        assertFails(NotAnImageException.class, Billed.YES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad\nkey", "bäd", "two words"})
    void aKeyThatNoHeaderCanCarryIsRefusedAtStartWithoutShowingIt(String key) {
        assertThatThrownBy(() -> bench.json("api-key", key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(".api-key of afterimage.provider")
                .hasMessageNotContaining(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/render", "ftp://host/", "http:///render", "https://user:secret@host/"})
    void aUrlThatCannotBeCalledIsRefusedAtStart(String url) {
        assertThatThrownBy(() -> bench.json("url", url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("afterimage.provider.url")
                .hasMessageNotContaining("secret");
    }

    private static void answers(ResponseDefinitionBuilder response) {
        bench.server.stubFor(post(urlEqualTo("/render")).willReturn(response));
    }

    private static void answersUrl(String url) {
        answers(okJson("{\"url\":\"" + url + "\"}"));
    }

    private static GeneratedImage generate(String... config) {
        return bench.json(config).generate(ProviderBench.request(), ProviderBench.attempt());
    }

    private static void assertFails(Class<? extends GenerationException> kind, Billed billed, String... config) {
        assertThatThrownBy(() -> generate(config))
                .isInstanceOf(kind)
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.billed()).isEqualTo(billed))
                .hasMessageNotContaining("key-1");
    }
}
