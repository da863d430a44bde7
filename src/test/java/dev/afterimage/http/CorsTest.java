package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.nullValue;

import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where scripts of other origins may call: a cache in between must not give one origin's answer to another. */
@QuarkusTest
@TestProfile(CorsTest.Profile.class)
class CorsTest extends WithFakeCore {

    private static final String SHOP = "https://shop.example";

    public static class Profile extends FakeCore {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> config = new HashMap<>(super.getConfigOverrides());
            config.put("quarkus.http.cors.enabled", "true");
            config.put("quarkus.http.cors.origins", SHOP);
            return config;
        }
    }

    @BeforeEach
    void aHit() {
        core.index(CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(FakeCore.ENTRY))));
    }

    private static RequestSpecification from(String origin) {
        return origin.isEmpty() ? given() : given().header("Origin", origin);
    }

    private static void assertVaries(Response answer) {
        assertThat(answer.headers().getValues("Vary"))
                .anySatisfy(line -> assertThat(line.split(", *")).contains("origin"));
    }

    @ParameterizedTest
    @CsvSource({"'', 200", SHOP + ", 200"})
    void aHitVariesByItsOrigin(String origin, int status) {
        Response answer = from(origin)
                .contentType("application/json")
                .body("{\"template\":\"t\",\"data\":{}}")
                .post("/v1/images");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertVaries(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", SHOP})
    void soDoesAnErrorAndWhatIsNotThere(String origin) {
        assertVaries(from(origin).contentType("application/json").body("{").post("/v1/images"));
        assertVaries(from(origin).get("/v1/nothing"));
    }

    @Test
    void theShopsScriptsMayReadAndNobodyElses() {
        assertThat(from(SHOP).get("/v1/stats").header("Access-Control-Allow-Origin"))
                .isEqualTo(SHOP);

        Response foreign = from("https://elsewhere.example").get("/v1/stats");
        assertThat(foreign.header("Access-Control-Allow-Origin")).isNull();
        assertVaries(foreign);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://elsewhere.example", "http://localhost:1", "null", "https://shop.example:444"})
    void aForeignOriginIsRefusedWithAProblem(String origin) {
        from(origin)
                .contentType("application/json")
                .body("{\"template\":\"t\",\"data\":{}}")
                .post("/v1/images")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("type", endsWith("/origin-refused"))
                .body("detail", containsString("quarkus.http.cors.origins"));
        core.assertUntouched();

        from(origin)
                .header("Access-Control-Request-Method", "POST")
                .options("/v1/images")
                .then()
                .statusCode(403)
                .header("Access-Control-Allow-Origin", nullValue())
                .contentType("application/problem+json");
    }

    /** A browser sends the origin of the service's own pages, too. */
    @Test
    void aPageOfTheServiceItselfMayCall() {
        assertThat(from("http://localhost:" + RestAssured.port).get("/v1/stats").statusCode())
                .isEqualTo(200);
        for (String[] page : new String[][] {{"http://cards.internal", "cards.internal:80"}, {"http://x:81", "x:81"}}) {
            assertThat(from(page[0])
                            .header("Host", page[1])
                            .get("/q/health/live")
                            .statusCode())
                    .as(page[0])
                    .isEqualTo(200);
        }
    }

    @Test
    void scriptsMayReadTheSameHeadersHereAndBehindApiGateway() throws IOException {
        String exposed = from(SHOP).get("/v1/stats").header("Access-Control-Expose-Headers");
        Matcher behindApiGateway =
                Pattern.compile("ExposeHeaders: \\[(.+)]").matcher(Files.readString(Path.of("template.yaml")));

        assertThat(behindApiGateway.find()).isTrue();
        assertThat(exposed.toLowerCase(Locale.ROOT).split(", *"))
                .contains("retry-after", "x-should-retry") // OpenAI's client reads both
                .containsExactlyInAnyOrder(behindApiGateway.group(1).split(", "));
    }

    @Test
    void aBrowsersQuestionIsAnsweredBeforeAnyKey() {
        Response answer = from(SHOP)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type")
                .options("/v1/images");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(SHOP);
        assertVaries(answer);
    }
}
