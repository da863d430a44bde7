package dev.afterimage.lambda;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A hit through the whole function, by the fast path and by the server inside. */
@QuarkusTest
@WithTestResource(AwsServers.class)
@TestProfile(HitEntryTest.BehindCdn.class)
class HitEntryTest {

    private static final String REQUEST = "{\"template\":\"social-card\",\"data\":{\"title\":\"Fast\"}}";

    @Test
    void theFastPathAnswersAsTheServerInside() {
        ask(REQUEST, "*/*");
        // A weighed range has to be negotiated, which only the server can.
        JsonPath server = ask(REQUEST, "application/json;q=0.9");
        JsonPath fast = ask(REQUEST, "*/*");

        assertThat(fast.getString("headers.Cache-Status")).isEqualTo("afterimage; hit");
        // Only the server writes a length; so each way was taken.
        assertThat(fast.getMap("headers")).doesNotContainKey("content-length");
        assertThat(server.getMap("headers")).containsKey("content-length");
        assertThat(headers(fast)).isEqualTo(headers(server));
        assertThat(fast.getString("body")).isEqualTo(server.getString("body"));
        assertThat(fast.getInt("statusCode")).isEqualTo(server.getInt("statusCode"));
        assertThat(fast.getBoolean("isBase64Encoded")).isEqualTo(server.getBoolean("isBase64Encoded"));
    }

    @Test
    void whoWasNotLetInByAnAuthorizerGetsNoHitEither() {
        ask(REQUEST, "*/*");

        JsonPath refused = invoke(Events.openHttp("POST", "/v1/images", REQUEST));
        assertThat(refused.getInt("statusCode")).isEqualTo(401);
        assertThat(refused.getString("body")).contains("authentication-required");
    }

    @Test
    void aTokenWithoutTheScopeMayNotOperate() {
        JsonPath refused = invoke(Events.http("GET", "/v1/stats", null));
        assertThat(refused.getInt("statusCode")).isEqualTo(403);
        assertThat(refused.getString("body")).contains("role-missing");
    }

    private static JsonPath ask(String body, String accept) {
        String event = Events.http("POST", "/v1/images", body)
                .replace(
                        "\"content-type\"", "\"accept\":\"" + accept + "\",\"x-request-id\":\"same\",\"content-type\"");
        return invoke(event);
    }

    private static JsonPath invoke(String event) {
        return new JsonPath(given().body(event)
                .when()
                .post("/_lambda_")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    /** Without the length, which API Gateway sets by itself. */
    private static Map<String, String> headers(JsonPath answer) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(answer.getMap("headers"));
        headers.remove("content-length");
        return headers;
    }

    /** URLs leave as they were signed, as on AWS. */
    public static final class BehindCdn implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("afterimage.delivery.base-url", "https://cdn.example", "afterimage.auth.mode", "gateway");
        }
    }
}
