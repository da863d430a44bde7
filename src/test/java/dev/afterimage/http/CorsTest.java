package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
