package dev.afterimage.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.StrictProvider;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service as a frontend sees it, before a strict provider that counts its bills. */
@QuarkusTest
@TestProfile(OnDemandTest.AgainstAStrictProvider.class)
class OnDemandTest {

    /** A second, less the delay with which a busy machine may notice a call. */
    private static final Duration BUSY_MACHINES_SECOND = Duration.ofMillis(900);

    @TestHTTPResource("/v1/images")
    URI images;

    @ConfigProperty(name = "afterimage.directory")
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void reset() {
        provider().allows(10, BUSY_MACHINES_SECOND);
    }

    @Test
    void missIsBilledOnceAndThenAHitWithTheSameUrl() {
        HttpResponse<String> first = ask(body("same url", 1));
        HttpResponse<String> second = ask(body("same url", 1));
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(cacheStatus(first)).isEqualTo("afterimage; fwd=miss; stored");
        assertThat(cacheStatus(second)).isEqualTo("afterimage; hit");
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(provider().billed()).isEqualTo(1);
    }

    @Test
    void theSignedUrlServesTheImage() throws Exception {
        HttpResponse<String> answer = ask(body("delivered", 1));
        String url = answer.body().replaceAll(".*\"url\":\"([^\"]+)\".*", "$1");
        HttpResponse<byte[]> image =
                client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(image.statusCode()).isEqualTo(200);
        assertThat(image.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(image.body()).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void aHundredClientsOfOneImageCostOneBill() {
        provider().takes(Duration.ofMillis(500));
        List<HttpResponse<String>> answers = askAtOnce(100, number -> body("stampede", 0));
        assertThat(answers).allMatch(answer -> answer.statusCode() == 200);
        assertThat(provider().billed()).isEqualTo(1);
    }

    @Test
    void sixtyImagesAtTenASecondAreServedWithoutA429() {
        List<HttpResponse<String>> answers = askAtOnce(60, number -> body("many", number));
        assertThat(answers).allMatch(answer -> answer.statusCode() == 200);
        assertThat(provider().throttled()).isZero();
        assertThat(provider().mostInAWindow()).isLessThanOrEqualTo(10);
        assertThat(provider().billed()).isEqualTo(60);
    }

    @Test
    void aThousandWaitingClientsBlockNoThreads() throws Exception {
        provider().takes(Duration.ofSeconds(3));
        List<CompletableFuture<HttpResponse<String>>> waiting = IntStream.range(0, 1000)
                .mapToObj(number -> askAsync(body("slow", 0)))
                .toList();
        HttpResponse<String> health = client.send(
                HttpRequest.newBuilder(images.resolve("/q/health/live")).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(waiting.stream().map(CompletableFuture::join)).allMatch(answer -> answer.statusCode() == 200);
        assertThat(provider().billed()).isEqualTo(1);
    }

    @Test
    void rejectionIsAProblemAndNothingIsStored() {
        provider().answers(404);
        HttpResponse<String> answer = ask(body("rejected", 1));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        provider().answers(200);
        assertThat(cacheStatus(ask(body("rejected", 2)))).isEqualTo("afterimage; fwd=miss; stored");
    }

    /** At once, and not only when the process has forgotten that the file was there. */
    @Test
    void aHitWhoseFileIsGoneOrCutShortIsMadeAnew() throws Exception {
        Path file = fileOf(ask(body("healed", 1)));
        assertThat(cacheStatus(ask(body("healed", 1)))).isEqualTo("afterimage; hit");

        Files.delete(file);
        assertThat(cacheStatus(ask(body("healed", 1)))).isEqualTo("afterimage; fwd=miss; stored");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 200));
        assertThat(cacheStatus(ask(body("healed", 1)))).isEqualTo("afterimage; fwd=miss; stored");
        assertThat(provider().billed()).isEqualTo(3);
    }

    private Path fileOf(HttpResponse<String> answer) {
        String key = answer.body().replaceAll(".*\"key\":\"([^\"]+)\".*", "$1");
        return directory.resolve("images").resolve(key.substring(0, 3)).resolve(key);
    }

    private List<HttpResponse<String>> askAtOnce(int clients, java.util.function.IntFunction<String> body) {
        List<CompletableFuture<HttpResponse<String>>> waiting = IntStream.range(0, clients)
                .mapToObj(number -> askAsync(body.apply(number)))
                .toList();
        return waiting.stream().map(CompletableFuture::join).toList();
    }

    private HttpResponse<String> ask(String body) {
        return askAsync(body).join();
    }

    private CompletableFuture<HttpResponse<String>> askAsync(String body) {
        HttpRequest request = HttpRequest.newBuilder(images)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String cacheStatus(HttpResponse<String> answer) {
        return answer.headers().firstValue("Cache-Status").orElse("");
    }

    /** Distinct in each run, so that what a former run left in the directory is no hit. */
    private static String body(String title, int number) {
        return "{\"template\":\"card\",\"data\":{\"title\":\"%s\",\"number\":%d,\"run\":%d}}"
                .formatted(title, number, ProcessHandle.current().pid());
    }

    private static StrictProvider provider() {
        return RunningProvider.PROVIDER;
    }

    /** The whole service on its local defaults; only the provider is another. */
    public static class AgainstAStrictProvider implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(RunningProvider.class));
        }
    }

    /** Starts the provider before the service. */
    public static class RunningProvider implements QuarkusTestResourceLifecycleManager {

        static final StrictProvider PROVIDER = new StrictProvider(10, Duration.ofSeconds(1));

        @Override
        public java.util.Map<String, String> start() {
            return java.util.Map.of(
                    "afterimage.provider.kind", "json",
                    "afterimage.provider.url", PROVIDER.url().toString(),
                    "afterimage.directory", "target/directory-of-on-demand");
        }

        @Override
        public void stop() {
            // Shared by all tests of this process, and gone with it.
        }
    }
}
