package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of the packaged function that gets events as from Lambda. */
@Timeout(180)
class FunctionZipIT {

    private static final Duration API_TIMEOUT = Duration.ofSeconds(29);

    private static final AwsServers SERVERS = new AwsServers();

    private static Path task;
    private static Map<String, String> settings;
    private static RuntimeApi api;
    private static FunctionProcess function;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        task = folder;
        FunctionProcess.unzip(task);
        settings = SERVERS.start();
        function = start(settings);
        api = function.api();
    }

    private static FunctionProcess start(Map<String, String> settings) throws IOException {
        Map<String, String> environment = new HashMap<>();
        settings.forEach(
                (name, value) -> environment.put(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
        return new FunctionProcess(task, environment);
    }

    @AfterAll
    static void stop() {
        function.close();
        SERVERS.stop();
    }

    @Test
    void zipContainsNoSqlite() throws IOException {
        try (ZipFile zip = new ZipFile(System.getProperty("function.zip"))) {
            assertThat(zip.stream().map(ZipEntry::getName)).noneMatch(name -> name.contains("sqlite"));
        }
    }

    @Test
    void theExtensionAsksForItsNextEventWhenAnInvocationHasEnded() throws InterruptedException {
        // Once at its start, and once when this invocation has ended.
        RuntimeApi.Result result = api.invoke(Events.http("GET", "/q/health/live", null), API_TIMEOUT);

        assertThat(result.succeeded()).as(result.body()).isTrue();
        assertThat(api.awaitExtension(2, API_TIMEOUT)).isTrue();
    }

    @Test
    void aRequestIsAnswered() throws InterruptedException {
        RuntimeApi.Result result = api.invoke(Events.http("GET", "/q/health/live", null), API_TIMEOUT);

        assertThat(result.succeeded()).as(result.body()).isTrue();
        JsonPath answer = new JsonPath(result.body());
        assertThat(answer.getInt("statusCode")).isEqualTo(200);
        assertThat(new JsonPath(text(answer)).getString("status")).isEqualTo("UP");
    }

    @Test
    void requestOfAnUnknownPathIsNotFound() throws InterruptedException {
        RuntimeApi.Result result = api.invoke(Events.http("GET", "/no-such-path", null), API_TIMEOUT);

        assertThat(result.succeeded()).as(result.body()).isTrue();
        assertThat(new JsonPath(result.body()).getInt("statusCode")).isEqualTo(404);
    }

    @Test
    void aRequestNearItsDeadlineIsAnsweredBeforeIt() throws InterruptedException {
        RuntimeApi.Result result = api.invoke(Events.http("GET", "/q/health/live", null), Duration.ofMillis(400));

        assertThat(result.succeeded()).as(result.body()).isTrue();
        JsonPath answer = new JsonPath(result.body());
        assertThat(answer.getInt("statusCode")).isEqualTo(503);
        assertThat(answer.getString("headers.Retry-After")).isEqualTo("1");
        assertThat(new JsonPath(answer.getString("body")).getString("type"))
                .isEqualTo("https://afterimage.dev/problems/out-of-time");
    }

    @Test
    void aMessageThatIsNoJobIsADeadLetter() throws InterruptedException {
        RuntimeApi.Result result = api.invoke(Events.batch("no job", "neither"), Duration.ofSeconds(120));

        assertThat(result.succeeded()).as(result.body()).isTrue();
        assertThat(new JsonPath(result.body()).getList("batchItemFailures")).isEmpty();
        assertThat(SERVERS.deadLetters(settings.get("afterimage.sqs.dead-letter-queue-url")))
                .isEqualTo(2);
    }

    /** A function has no disk that stays. */
    @Test
    void functionWithTheLocalBackEndDoesNotStart() throws Exception {
        Map<String, String> local = new HashMap<>(settings);
        local.put("afterimage.backend", "local");
        try (FunctionProcess refused = start(local)) {
            RuntimeApi.Result result =
                    refused.api().invoke(Events.http("GET", "/q/health/live", null), Duration.ofSeconds(10));

            assertThat(result.succeeded()).isFalse();
            // Why stands in the log; AWS' runtime client reports the outermost exception only.
            assertThat(result.body()).contains("initialization failed");
        }
    }

    @Test
    void aPlanOfACatalogueThatIsNotThereFails() throws InterruptedException {
        RuntimeApi.Result result = api.invoke(Events.plan("no-such-catalogue"), Duration.ofSeconds(900));

        assertThat(result.succeeded()).as(result.body()).isFalse();
    }

    @Test
    void anUnknownEventFailsAndTheNextOneIsServed() throws InterruptedException {
        RuntimeApi.Result unknown = api.invoke("{\"colour\":\"red\"}", API_TIMEOUT);
        RuntimeApi.Result next = api.invoke(Events.http("GET", "/q/health/live", null), API_TIMEOUT);

        assertThat(unknown.succeeded()).isFalse();
        assertThat(new JsonPath(unknown.body()).getString("errorMessage")).contains("[colour]");
        assertThat(next.succeeded()).as(next.body()).isTrue();
    }

    /** The body as API Gateway would send it. */
    private static String text(JsonPath answer) {
        String body = answer.getString("body");
        return answer.getBoolean("isBase64Encoded")
                ? new String(Base64.getDecoder().decode(body), StandardCharsets.UTF_8)
                : body;
    }
}
