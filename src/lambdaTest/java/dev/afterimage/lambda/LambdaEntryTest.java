package dev.afterimage.lambda;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of each kind, the way Lambda hands them over: through Quarkus' poll loop, from its mock event server. */
@QuarkusTest
@WithTestResource(AwsServers.class)
class LambdaEntryTest {

    @Inject
    FakeFunctions functions;

    @BeforeEach
    void forget() {
        functions.forget();
    }

    @Test
    void aRequestReachesTheResourcesWithItsCallerAndItsId() {
        JsonPath answer = invoke(Events.http("GET", "/lambda-test", null), 200);

        assertThat(answer.getInt("statusCode")).isEqualTo(200);
        JsonPath body = new JsonPath(answer.getString("body"));
        assertThat(body.getString("caller")).isEqualTo("subject:somebody");
        assertThat(body.getString("remote")).isEqualTo("192.0.2.1");
        assertThat(body.getString("requestId")).isNotBlank();
    }

    @Test
    void callerOfAnOpenRouteIsTheSourceAddress() {
        JsonPath answer = invoke(Events.openHttp("GET", "/lambda-test", null), 200);

        assertThat(answer.getInt("statusCode")).isEqualTo(200);
        assertThat(new JsonPath(answer.getString("body")).getString("caller")).isEqualTo("address:192.0.2.1");
    }

    @Test
    void requestsDeadlineIsBeforeThatOfItsInvocation() {
        JsonPath answer = invoke(Events.http("GET", "/lambda-test", null), 200);

        // Where there is no Lambda, an invocation has 30 s.
        long millis = new JsonPath(answer.getString("body")).getLong("millisLeft");
        assertThat(Duration.ofMillis(millis)).isBetween(Duration.ofSeconds(1), Duration.ofMillis(28_500));
    }

    @Test
    void mockServersRequestsAreServedLikeThoseOfApiGateway() {
        given().when().get("/lambda-test").then().statusCode(200).body("requestId", not(""));
        given().when().get("/no-such-path").then().statusCode(404);
    }

    @Test
    void batchReachesTheWorkerAndFailuresAreReported() {
        functions.fail("id-two");

        JsonPath answer = invoke(Events.batch("one", "two"), 200);

        assertThat(answer.getList("batchItemFailures.itemIdentifier")).isEqualTo(List.of("id-two"));
        assertThat(functions.worked()).containsExactly("one", "two");
    }

    @Test
    void aPlanReachesThePlanner() {
        assertThat(invoke(Events.plan("cards"), 200).getString("planned")).isEqualTo("cards");
        assertThat(functions.planned()).containsExactly("cards");
    }

    @Test
    void anUnknownEventFailsTheInvocation() {
        JsonPath answer = invoke("{\"colour\":\"red\"}", 500);

        assertThat(answer.getString("errorType")).isEqualTo(LambdaEventReader.UnknownEventException.class.getName());
        assertThat(answer.getString("errorMessage")).contains("[colour]").doesNotContain("red");
    }

    /** The inputs of {@link EventDispatcherFuzz}, at the real server. */
    @Test
    void malformedRequestDoesNotFailItsInvocation() throws IOException {
        int requests = 0;
        for (Path file : EventDispatcherFuzz.inputs()) {
            byte[] event = Files.readAllBytes(file);
            if (EventDispatcherFuzz.isRequest(event)) {
                requests++;
                assertThat(invoke(event, 200).getInt("statusCode"))
                        .as(file.toString())
                        .isBetween(200, 599);
            }
        }
        assertThat(requests).isGreaterThan(30);
    }

    @Test
    void requestThatTheServerCannotReadIsRefusedWithTheReason() {
        String event = Events.http("POST", "/v1/batches", "not Base64!");

        JsonPath notBase64 = invoke(event.replace("\"isBase64Encoded\":false", "\"isBase64Encoded\":true"), 200);
        JsonPath noPath = invoke(event.replace("\"rawPath\":\"/v1/batches\",", ""), 200);
        JsonPath noMethod = invoke(event.replace("\"method\":\"POST\",", ""), 200);

        assertProblem(notBase64, "isBase64Encoded");
        assertProblem(noPath, "rawPath");
        assertProblem(noMethod, "requestContext.http.method");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "content-length | x",
                "content-length | -1",
                "content-length | 5, 5",
                "content-length | 99999999999999999999",
                "content-length | ''",
                "x y | 1",
                "x:y | 1",
                "x-split | 'a\r\nb: c'",
            })
    void aHeaderThatNoServerCouldReadIsA400InWords(String name, String value) {
        for (String path : List.of("/v1/images", "/v1/batches")) {
            JsonPath answer = invoke(Events.http("POST", path, "{}", Map.of(name, value)), 200);

            assertProblem(answer, name.equals("content-length") ? "Content-Length" : "header");
        }
    }

    @Test
    void aRequestLineOrCookieThatNoServerCouldReadIsA400InWords() {
        String event = Events.http("GET", "/v1/stats", null);

        assertProblem(invoke(event.replace("/v1/stats", "/v1/a b"), 200), "rawPath");
        assertProblem(
                invoke(event.replace("\"rawQueryString\":\"\"", "\"rawQueryString\":\"a b\""), 200), "rawQueryString");
        assertProblem(invoke(event.replace("\"method\":\"GET\"", "\"method\":\"G ET\""), 200), "method");
        assertProblem(invoke(event.replace("\"headers\"", "\"cookies\":[\"a=b\\r\\n\"],\"headers\""), 200), "cookie");
    }

    /** Unusual, and nothing that the service need fail for. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "content-length | 999999999",
                "content-length | 0",
                "transfer-encoding | chunked",
                "transfer-encoding | gzip, chunked",
                "expect | 100-continue",
                "expect | x",
                "host | a b",
                "host | 'a, b'",
                "host | ''",
                "connection | upgrade",
                "upgrade | h2c",
                "content-type | 'application/json; charset=x'",
                "prefer | 'wait=-1, wait=99999999999999999999'",
                "if-none-match | x",
                "range | bytes=-5",
                "cookie | ;;",
                "x-umlaut | ü",
            })
    void anOddHeaderIsNoFaultOfTheServers(String name, String value) {
        for (String path : List.of("/v1/images", "/v1/batches", "/v1/batches/x", "/v1/links")) {
            JsonPath answer = invoke(Events.http("POST", path, "{}", Map.of(name, value)), 200);

            assertThat(answer.getInt("statusCode")).as(path).isBetween(400, 499);
        }
    }

    private static void assertProblem(JsonPath answer, String named) {
        assertThat(answer.getInt("statusCode")).isEqualTo(400);
        assertThat(answer.getString("headers.Content-Type")).isEqualTo("application/problem+json");
        JsonPath problem = new JsonPath(answer.getString("body"));
        assertThat(problem.getString("type")).isEqualTo("https://afterimage.dev/problems/invalid-request");
        assertThat(problem.getInt("status")).isEqualTo(400);
        assertThat(problem.getString("detail")).contains(named);
    }

    @Test
    void theContentOfAnImageHasOneCacheControl() {
        JsonPath image = invoke(
                Events.http("POST", "/v1/images", "{\"template\":\"social-card\",\"data\":{\"title\":\"Content\"}}"),
                200);
        String key = new JsonPath(image.getString("body")).getString("key");

        JsonPath content = invoke(Events.http("GET", "/v1/images/" + key + "/content", null), 200);

        assertThat(content.getInt("statusCode")).isEqualTo(302);
        assertThat(content.getMap("headers").get("Cache-Control").toString()).matches("private, max-age=\\d+");
    }

    @Test
    void theDescriptionOfTheApiIsServed() {
        JsonPath answer = invoke(Events.http("GET", "/q/openapi", null), 200);

        assertThat(answer.getInt("statusCode")).isEqualTo(200);
        assertThat(answer.getBoolean("isBase64Encoded")).isTrue();
        assertThat(new String(Base64.getDecoder().decode(answer.getString("body")), StandardCharsets.UTF_8))
                .startsWith("# The API as clients see it.");
    }

    @Test
    void endHooksRunWithinTheInvocationsTime() {
        invoke(Events.http("GET", "/lambda-test", null), 200);
        invoke(Events.plan("cards"), 200);
        invoke("{}", 500);

        assertThat(functions.wrappedUp()).hasSize(3).noneMatch(deadline -> deadline.hasPassed(Clock.systemUTC()));
    }

    /** The answer is read as JSON whatever it says it is: the mock server calls it a form. */
    private static JsonPath invoke(String event, int status) {
        return invoke(event.getBytes(StandardCharsets.UTF_8), status);
    }

    private static JsonPath invoke(byte[] event, int status) {
        return new JsonPath(given().body(event)
                .when()
                .post("/_lambda_")
                .then()
                .statusCode(status)
                .extract()
                .asString());
    }
}
