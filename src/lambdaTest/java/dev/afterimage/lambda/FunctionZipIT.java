package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import io.restassured.path.json.JsonPath;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * The packaged function, started as AWS starts it: the binary by its bootstrap where the zip has one (-Dfunction.zip=…), else the
 * JVM by AWS' own Runtime Interface Client.
 */
@Timeout(180)
class FunctionZipIT {

    private static final Duration API_TIMEOUT = Duration.ofSeconds(29);
    private static final String HANDLER = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";

    private static final AwsServers SERVERS = new AwsServers();

    private static Path task;
    private static Map<String, String> settings;
    private static RuntimeApi api;
    private static Process function;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        task = folder;
        unzip(Path.of(System.getProperty("function.zip")), task);
        settings = SERVERS.start();
        api = new RuntimeApi();
        function = start(api, settings);
    }

    private static Process start(RuntimeApi api, Map<String, String> settings) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(task))
                .directory(task.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT);
        settings.forEach((name, value) ->
                builder.environment().put(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
        builder.environment()
                .putAll(Map.of(
                        "AWS_LAMBDA_RUNTIME_API", api.address(),
                        "AWS_LAMBDA_FUNCTION_NAME", "afterimage",
                        "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                        "AWS_LAMBDA_LOG_GROUP_NAME", "afterimage",
                        "AWS_LAMBDA_LOG_STREAM_NAME", "test",
                        "LAMBDA_TASK_ROOT", task.toString(),
                        "_HANDLER", HANDLER,
                        "AWS_REGION", "us-east-1"));
        Process process = builder.start();
        process.onExit().thenAccept(ended -> api.stopped("The process ended with " + ended.exitValue()));
        return process;
    }

    private static List<String> command(Path task) throws IOException {
        Path bootstrap = task.resolve("bootstrap");
        if (Files.exists(bootstrap)) {
            for (Path program : List.of(bootstrap, task.resolve("runner"))) {
                Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            return List.of(bootstrap.toString());
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Stream.of(AWSLambda.class, Context.class, PojoSerializer.class, SdkInternalThreadLocal.class)
                        .map(FunctionZipIT::jar)
                        .collect(Collectors.joining(File.pathSeparator)),
                AWSLambda.class.getName(),
                HANDLER);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        function.destroyForcibly().waitFor();
        api.close();
        SERVERS.stop();
    }

    @Test
    void theDatabaseOfTheLocalBackEndIsNotPartOfIt() throws IOException {
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
    void aRequestForNothingIsNotFound() throws InterruptedException {
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
    void aFunctionThatIsToldToKeepThingsLocallyDoesNotStart() throws Exception {
        Map<String, String> local = new HashMap<>(settings);
        local.put("afterimage.backend", "local");
        try (RuntimeApi own = new RuntimeApi()) {
            Process refused = start(own, local);
            try {
                RuntimeApi.Result result =
                        own.invoke(Events.http("GET", "/q/health/live", null), Duration.ofSeconds(10));

                assertThat(result.succeeded()).isFalse();
                // Why stands in the log; AWS' runtime client reports the outermost exception only.
                assertThat(result.body()).contains("initialization failed");
            } finally {
                refused.destroyForcibly().waitFor();
            }
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

    private static String jar(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
    }

    private static void unzip(Path zip, Path to) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                Path target = to.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(file.getInputStream(entry), target);
                }
            }
        }
    }
}
