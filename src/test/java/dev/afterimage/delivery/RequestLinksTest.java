package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.delivery.RequestLinks.Link;
import dev.afterimage.delivery.RequestLinks.Refusal;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.MutableClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestLinksTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FORMER = "f".repeat(32).getBytes(StandardCharsets.UTF_8);

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("social-card"), TemplateData.of("{\"title\": \"Zoë\"}"), ImageFormat.PNG);

    private static final String NAME = "social-card.png";
    private static final String DATA = "eyJ0aXRsZSI6Ilpvw6sifQ";

    /** {@code printf '/i/…?d=…' | openssl dgst -sha256 -hmac SECRET -binary | openssl base64 -A | tr '+/' '-_' | tr -d =}. */
    private static final String SIGNATURE = "T5MSpyFzQvygsEvlG5Mw3Srvx3MiZmmy0CfK0VYmiJw";

    /** The same with {@code &exp=1800000000}. */
    private static final String SIGNATURE_WITH_END = "lQPIRTS3KUAWHUj48WOeKqqjokJf7wKncDveVEMwomU";

    private static final Instant END = Instant.ofEpochSecond(1_800_000_000);

    private final MutableClock clock = new MutableClock(END.minus(Duration.ofDays(1)));
    private final RequestLinks links = links(Map.of("a", SECRET), Optional.of("a"));

    private static Link link(String data, String signature) {
        return new Link(NAME, data, Optional.empty(), signature, Optional.empty());
    }

    private static Link ending(String expires) {
        return new Link(NAME, DATA, Optional.of(expires), SIGNATURE_WITH_END, Optional.empty());
    }

    @Test
    void signatureEqualsThatOfOpenssl() {
        assertThat(links.sign(REQUEST, Optional.empty())).isEqualTo("/i/" + NAME + "?d=" + DATA + "&s=" + SIGNATURE);
        assertThat(links.sign(REQUEST, Optional.of(END.plusMillis(999))))
                .isEqualTo("/i/" + NAME + "?d=" + DATA + "&exp=1800000000&s=" + SIGNATURE_WITH_END);
    }

    /** The client libraries in other languages are tested with the same file (clients/typescript). */
    @ParameterizedTest
    @MethodSource("linksSignedElsewhere")
    void linkEqualsThoseOfTheOtherClientLibraries(JsonNode elsewhere) {
        TemplateData data = TemplateData.of(elsewhere.get("data").asText());
        Optional<Instant> end = Optional.of(elsewhere.get("expires"))
                .filter(JsonNode::isNumber)
                .map(JsonNode::asLong)
                .map(Instant::ofEpochSecond);
        ImageRequest request = new ImageRequest(
                new TemplateId(elsewhere.get("template").asText()),
                data,
                ImageFormat.named(elsewhere.get("format").asText()));

        assertThat(data.json()).isEqualTo(elsewhere.get("canonical").asText());
        assertThat(links.sign(request, end)).isEqualTo(elsewhere.get("link").asText());
    }

    static List<JsonNode> linksSignedElsewhere() throws IOException {
        try (InputStream file = RequestLinksTest.class.getResourceAsStream("links.json")) {
            return List.copyOf(new ObjectMapper().readTree(file).get("links").findParents("link"));
        }
    }

    @Test
    void linkSignedByOpensslIsAccepted() {
        assertThat(links.refusal(link(DATA, SIGNATURE))).isEmpty();
        assertThat(links.refusal(ending("1800000000"))).isEmpty();
    }

    @Test
    void linkIsParsedIntoItsRequest() {
        assertThat(link(DATA, SIGNATURE).request()).isEqualTo(REQUEST);
        assertThat(link(DATA, SIGNATURE).end()).isEmpty();
        assertThat(ending("1800000000").end()).contains(END);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "T5MSpyFzQvygsEvlG5Mw3Srvx3MiZmmy0CfK0VYmiJx",
                "T5MSpyFzQvygsEvlG5Mw3Srvx3MiZmmy0CfK0VYmiJw=",
                "é"
            })
    void anyOtherSignatureIsRefused(String signature) {
        assertThat(links.refusal(link(DATA, signature))).contains(Refusal.WRONG_SIGNATURE);
    }

    @Test
    void changedDataTemplateFormatOrExpiryIsRefused() {
        assertThat(links.refusal(link("e30", SIGNATURE))).contains(Refusal.WRONG_SIGNATURE);
        assertThat(links.refusal(new Link("hero.png", DATA, Optional.empty(), SIGNATURE, Optional.empty())))
                .contains(Refusal.WRONG_SIGNATURE);
        assertThat(links.refusal(new Link("social-card.webp", DATA, Optional.empty(), SIGNATURE, Optional.empty())))
                .contains(Refusal.WRONG_SIGNATURE);
        assertThat(links.refusal(ending("1900000000"))).contains(Refusal.WRONG_SIGNATURE);
        assertThat(links.refusal(link(DATA, SIGNATURE_WITH_END))).contains(Refusal.WRONG_SIGNATURE);
    }

    @Test
    void linkExpiresAtTheSecondOfItsExpiry() {
        clock.advance(Duration.ofDays(1).minusMillis(1));
        assertThat(links.refusal(ending("1800000000"))).isEmpty();

        clock.advance(Duration.ofMillis(1));
        assertThat(links.refusal(ending("1800000000"))).contains(Refusal.EXPIRED);
    }

    @Test
    void formerSecretIsAcceptedWhileItIsConfigured() {
        String before = links(Map.of("old", FORMER), Optional.of("old")).sign(REQUEST, Optional.empty());
        String signature = before.substring(before.indexOf("&s=") + 3);
        RequestLinks both = links(Map.of("a", SECRET, "old", FORMER), Optional.of("a"));

        assertThat(both.sign(REQUEST, Optional.empty())).endsWith(SIGNATURE);
        assertThat(both.refusal(link(DATA, signature))).isEmpty();
        assertThat(both.refusal(new Link(NAME, DATA, Optional.empty(), signature, Optional.of("old"))))
                .isEmpty();
        assertThat(both.refusal(new Link(NAME, DATA, Optional.empty(), signature, Optional.of("a"))))
                .contains(Refusal.WRONG_SIGNATURE);
        assertThat(both.refusal(new Link(NAME, DATA, Optional.empty(), signature, Optional.of("nobody"))))
                .contains(Refusal.WRONG_SIGNATURE);
        assertThat(links.refusal(link(DATA, signature))).contains(Refusal.WRONG_SIGNATURE);
    }

    @Test
    void withoutASecretEveryLinkIsRefused() {
        RequestLinks none = links(Map.of(), Optional.empty());

        assertThat(none.canSign()).isFalse();
        assertThat(none.refusal(link(DATA, SIGNATURE))).contains(Refusal.WRONG_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "***", "bm8", "W10", "_w", "eyJhIjoxLCJhIjoyfQ"})
    void dataMustBeABase64urlJsonObject(String data) {
        assertThatThrownBy(() -> link(data, SIGNATURE).request()).isInstanceOf(InvalidRequestException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "social-card", ".png", "social-card.", "social-card.svg", "a/b.png"})
    void pathMustNameTemplateAndFormat(String name) {
        Link link = new Link(name, DATA, Optional.empty(), SIGNATURE, Optional.empty());

        assertThatThrownBy(link::request).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void formatFollowsTheLastDot() {
        ImageRequest request = new Link("card.v2.webp", DATA, Optional.empty(), SIGNATURE, Optional.empty()).request();

        assertThat(request.template()).isEqualTo(new TemplateId("card.v2"));
        assertThat(request.format()).isEqualTo(ImageFormat.WEBP);
    }

    @Test
    void derivedSecretIsStableAndDiffersFromItsSource() {
        assertThat(RequestLinks.derived(SECRET))
                .isEqualTo(RequestLinks.derived(SECRET.clone()))
                .hasSize(32)
                .isNotEqualTo(SECRET)
                .isNotEqualTo(RequestLinks.derived(FORMER));
    }

    private RequestLinks links(Map<String, byte[]> secrets, Optional<String> current) {
        return new RequestLinks(() -> new RequestLinks.Secrets(secrets, current), clock);
    }
}
