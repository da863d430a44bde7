package dev.afterimage.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.provider.zoo.ZooServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The whole service in front of an API that makes its images later: a job, polled at another path, fetched from a third. */
@QuarkusTest
@TestProfile(DescribedJobTest.InFrontOfFlux.class)
class DescribedJobTest {

    @TestHTTPResource("/v1/images")
    URI images;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aHundredClientsOfOneImageCostOneJob() {
        String body = "{\"template\":\"hero\",\"data\":{\"prompt\":\"a cat, run %d\"}}"
                .formatted(ProcessHandle.current().pid());
        HttpRequest request = HttpRequest.newBuilder(images)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();

        List<CompletableFuture<HttpResponse<String>>> waiting = IntStream.range(0, 100)
                .mapToObj(client -> this.client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .toList();

        assertThat(waiting.stream().map(CompletableFuture::join)).allMatch(answer -> answer.statusCode() == 200);
        assertThat(RunningFlux.API.billed()).isEqualTo(1);
        assertThat(RunningFlux.API.calls()).isEqualTo(1);
        assertThat(RunningFlux.API.throttled()).isZero();
    }

    /** The whole service on its local defaults; only the provider is another. */
    public static class InFrontOfFlux implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(RunningFlux.class));
        }
    }

    /** Starts the API before the service. */
    public static class RunningFlux implements QuarkusTestResourceLifecycleManager {

        static final ApiDouble API = Zoo.FLUX.in(Clock.systemUTC());
        private static final ZooServer SERVER = new ZooServer(API, "https://api.bfl.ai/v1/");

        @Override
        public Map<String, String> start() {
            return Map.of(
                    "afterimage.provider.kind", "flux",
                    "afterimage.provider.url", SERVER.local("https://api.bfl.ai/v1/"),
                    "afterimage.provider.api-key", ApiDouble.KEY,
                    "afterimage.provider.allowed-hosts", "127.0.0.1",
                    "afterimage.directory", "target/afterimage-described-job");
        }

        @Override
        public void stop() {
            // Shared by all tests of this process, and gone with it.
        }
    }
}
