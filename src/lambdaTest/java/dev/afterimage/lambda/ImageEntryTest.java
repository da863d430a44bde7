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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests for an image through the whole function, past the server inside and through it. */
@QuarkusTest
@WithTestResource(AwsServers.class)
@TestProfile(ImageEntryTest.BehindCdn.class)
class ImageEntryTest {

    private static final String REQUEST = "{\"template\":\"social-card\",\"data\":{\"title\":\"Fast\"}}";

    @Test
    void aMissIsMadeAndIsAHitFromThenOn() {
        String request = REQUEST.replace("Fast", "Miss");

        JsonPath miss = ask(request, "", "*/*");
        JsonPath hit = ask(request, "", "*/*");

        assertThat(miss.getInt("statusCode")).isEqualTo(200);
        assertThat(miss.getString("headers.Cache-Status")).isEqualTo("afterimage; fwd=miss; stored");
        assertThat(hit.getString("headers.Cache-Status")).isEqualTo("afterimage; hit");
        assertThat(hit.getString("body")).isEqualTo(miss.getString("body"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "200; {\"template\":\"social-card\",\"data\":{\"title\":\"Fast\"}}; */*",
                "400; {\"template\":\"social-card\"}; */*",
                "406; {\"template\":\"social-card\",\"data\":{\"title\":\"Fast\"}}; image/png",
                "422; {\"template\":\"nobody-knows-it\",\"data\":{}}; */*",
            })
    void theAnswerIsTheSamePastTheServerInsideAndThroughIt(int status, String body, String accept) {
        ask(REQUEST, "", "*/*");

        JsonPath past = ask(body, "", accept);
        // A query takes the way through the server.
        JsonPath through = ask(body, "x=1", accept);

        assertThat(past.getInt("statusCode")).isEqualTo(status);
        assertThat(through.getInt("statusCode")).isEqualTo(status);
        // Only the server writes a length; so each way was taken.
        assertThat(past.getMap("headers")).doesNotContainKey("content-length");
        assertThat(through.getMap("headers")).containsKey("content-length");
        assertThat(headers(past)).isEqualTo(headers(through));
        assertThat(past.getString("body")).isEqualTo(through.getString("body"));
        assertThat(past.getBoolean("isBase64Encoded")).isEqualTo(through.getBoolean("isBase64Encoded"));
    }

    private static JsonPath ask(String body, String query, String accept) {
        String event = Events.http("POST", "/v1/images", body)
                .replace("\"rawQueryString\":\"\"", "\"rawQueryString\":\"" + query + "\"")
                .replace(
                        "\"content-type\"", "\"accept\":\"" + accept + "\",\"x-request-id\":\"same\",\"content-type\"");
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
            return Map.of("afterimage.delivery.base-url", "https://cdn.example");
        }
    }
}
