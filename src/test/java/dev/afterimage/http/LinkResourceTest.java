package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(FakeCore.class)
class LinkResourceTest extends WithFakeCore {

    private static final String CARD = "{\"template\":\"social-card\",\"data\":{\"title\":\"Hello\"}}";
    private static final String HERO = "{\"template\":\"hero\",\"data\":{},\"format\":\"webp\"}";

    private static ValidatableResponse make(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/links")
                .then();
    }

    private static String link(String body) {
        return make(body).statusCode(200).extract().path("url");
    }

    /** As a browser sends it, which follows no redirect here. */
    private static RequestSpecification browser() {
        return given().urlEncodingEnabled(false).redirects().follow(false);
    }

    private static ValidatableResponse follow(String url) {
        return browser().get(url).then();
    }

    @Test
    void aLinkIsMadeWithoutAskingTheCore() {
        make(CARD)
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body("size()", equalTo(1))
                .body("url", containsString("/i/social-card.png?d=eyJ0aXRsZSI6IkhlbGxvIn0&s="));
        core.assertUntouched();
    }

    @Test
    void linkGeneratesItsImageAndRedirectsToIt() {
        follow(link("{\"template\":\"card.v2\",\"data\":{\"b\":1.0,\"a\":\"é\"},\"format\":\"jpg\"}"))
                .statusCode(302)
                .header("Location", FakeCore.URL)
                .header(
                        "Cache-Control",
                        "public, max-age=" + Duration.ofMinutes(89).toSeconds())
                .header("Cache-Status", "afterimage; hit");

        assertThat(core.generationRequest().request().template()).isEqualTo(new TemplateId("card.v2"));
        assertThat(core.generationRequest().request().data()).isEqualTo(new TemplateData("{\"a\":\"é\",\"b\":1}"));
        assertThat(core.generationRequest().request().format()).isEqualTo(ImageFormat.JPEG);
        assertThat(core.generationRequest().lane()).isEqualTo(Lane.INTERACTIVE);
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(5));
    }

    @Test
    void parametersThatCrawlersAddAreIgnored() {
        follow(link(CARD) + "&fbclid=1&utm_source=x").statusCode(302);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Twitterbot/1.0",
                "facebookexternalhit/1.1",
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Slackbot-LinkExpanding 1.0",
                "WhatsApp/2.23"
            })
    void crawlersHaveALongerDeadline(String agent) {
        browser().header("User-Agent", agent).get(link(CARD)).then().statusCode(302);
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(10));
    }

    @Test
    void headIsAnsweredLikeGetWithALongerDeadline() {
        browser().head(link(CARD)).then().statusCode(302).header("Location", FakeCore.URL);
        assertThat(core.generationRequest().deadline().at()).isEqualTo(FakeCore.NOW.plusSeconds(10));
    }

    @Test
    void aRedirectIsNotKeptLongerThanItsLinkNorThanAStaleImageIsStale() {
        String ending = link("{\"template\":\"t\",\"data\":{},\"expires\":\"" + FakeCore.NOW.plusSeconds(600) + "\"}");
        follow(ending).statusCode(302).header("Cache-Control", "public, max-age=600");

        core.answerWith(new ImageOutcome.Stale(FakeCore.ENTRY, Duration.ofMinutes(3)));
        follow(link(CARD))
                .statusCode(302)
                .header("Cache-Control", "public, max-age=60")
                .header("Cache-Status", "afterimage; hit; ttl=-180");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-11-24T07:00:00+01:00\"",
                "1",
                "\"soon\"",
                "true",
                "1795500000.5",
                "1e99",
                "1795500000000",
                "\"1795500000\""
            })
    void expiryThatIsMalformedOrPastIsRefused(String expires) {
        make("{\"template\":\"t\",\"data\":{},\"expires\":" + expires + "}")
                .statusCode(400)
                .body("pointer", equalTo("#/expires"));
    }

    @Test
    void expiryMayBeInSecondsOrOmitted() {
        long end = FakeCore.NOW.plusSeconds(90).getEpochSecond();
        assertThat(link("{\"template\":\"t\",\"data\":{},\"expires\":" + end + "}"))
                .contains("&exp=" + end + "&s=");
        assertThat(link("{\"template\":\"t\",\"data\":{},\"expires\":" + end + ".0}"))
                .contains("&exp=" + end + "&s=");
        assertThat(link("{\"template\":\"t\",\"data\":{},\"expires\":null}")).doesNotContain("exp=");
    }

    @Test
    void aChangedLinkIsRefusedBeforeTheCoreIsAsked() {
        String url = link(CARD);
        for (String changed : new String[] {
            url.replace("social-card", "hero"),
            url.replace(".png", ".gif"),
            url.replace("?d=", "?d=e"),
            url.substring(0, url.length() - 1),
            url.substring(0, url.indexOf("&s=")),
            url.replace("&s=", "&exp=4000000000&s="),
            url + "&s=x",
            url + "&k=nobody"
        }) {
            follow(changed)
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .header("Cache-Control", "no-store")
                    .body("type", endsWith("/url-refused"));
        }
        core.assertUntouched();
    }

    @Test
    void expiredLinkIsRefused() {
        // printf '/i/t.png?d=e30&exp=1700000000' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef …
        follow("/i/t.png?d=e30&exp=1700000000&s=pYAz70IxnZNf1hjZ_CS0vm4egng5p0eSi4d3XZJWgk8")
                .statusCode(403)
                .body("detail", containsString("has expired"));
        core.assertUntouched();
    }

    @Test
    void signedDataThatIsNotJsonIsInvalid() {
        // printf '/i/t.png?d=bm8' | openssl dgst …
        follow("/i/t.png?d=bm8&s=MR11fllhke11915aT4WN83GQy0vSru7NfJy_ChEnAww")
                .statusCode(400)
                .body("type", endsWith("/invalid-request"));
        core.assertUntouched();
    }

    @Test
    void lateImageRedirectsToThePlaceholder() {
        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(2)));
        follow(link(HERO))
                .statusCode(302)
                .header("Location", "https://cdn.example/soon.png")
                .header("Cache-Control", "no-store");
    }

    @Test
    void lateImageWithoutAPlaceholderNamesARetry() {
        core.answerWith(new ImageOutcome.Pending(FakeCore.KEY, Duration.ofSeconds(2)));
        follow(link(CARD))
                .statusCode(503)
                .header("Retry-After", "2")
                .header("Location", nullValue())
                .body("type", endsWith("/image-pending"));
    }

    @Test
    void unavailableImageRedirectsToThePlaceholder() {
        core.failWith(new UnavailableException("503", null));
        follow(link(HERO)).statusCode(302).header("Location", "https://cdn.example/soon.png");
        follow(link(CARD)).statusCode(503).body("type", endsWith("/provider-unavailable"));
    }

    @Test
    void rejectionIsToldAndNotHiddenByThePlaceholder() {
        core.failWith(new RejectedException(RejectedException.Reason.TEMPLATE, "No such template."));
        follow(link(HERO)).statusCode(422).body("type", endsWith("/template-rejected"));
    }

    @Test
    void aLongLinkWorksAndOneThatIsTooLongIsRefusedWithItsLength() {
        String fits = link(ofLength(5_800));
        assertThat(fits.length()).isBetween(7_800, 8_000);
        follow(fits).statusCode(302);

        String tooLong = make(ofLength(6_000))
                .statusCode(413)
                .body("type", endsWith("/body-too-large"))
                .extract()
                .path("detail");
        int grown = (6_000 - 5_800) * 4 / 3;
        assertThat(tooLong)
                .containsPattern("would have " + "(" + (fits.length() + grown) + "|" + (fits.length() + grown + 1)
                        + ") characters")
                .contains("may have 8000");
    }

    private static String ofLength(int length) {
        return "{\"template\":\"t\",\"data\":{\"a\":\"" + "x".repeat(length) + "\"}}";
    }

    @Test
    void malformedLinkRequestIsInvalid() {
        make("{\"template\":\"t\"}").statusCode(400).body("pointer", equalTo("#/data"));
        make("{\"template\":\"t\",\"data\":{},\"expire\":1}").statusCode(400);
        given().contentType("text/plain").body(CARD).post("/v1/links").then().statusCode(415);
    }
}
