package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.provider.JobPoller.PollPermits;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.time.Deadline;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A stubbed provider behind real sockets, and what is needed to call it. */
final class ProviderBench implements AutoCloseable, BeforeEachCallback, AfterAllCallback {

    /** The limits that answers showed. */
    final List<String> shown = new ArrayList<>();

    /** Permits every poll at once. */
    static final PollPermits FREE = (account, lane, deadline) -> {};

    /** The time-out of tests that wait for one. */
    static final Duration SHORT = Duration.ofMillis(300);

    final WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());
    final MutableClock clock = MutableClock.atSomeTime();
    final FakePause pause = new FakePause(clock);
    /** One event loop, so that a test knows that its earlier work has been handled. */
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    final ProviderHttp http = new ProviderHttp(vertx, Duration.ofSeconds(5), AnswerRoom.ofHeap(), Clock.systemUTC());

    ProviderBench() {
        server.start();
    }

    DescribedProvider json(String... namesAndValues) {
        return described(Descriptions.of("json"), namesAndValues);
    }

    DescribedProvider imejis(String... namesAndValues) {
        return described(Descriptions.of("imejis"), namesAndValues);
    }

    DescribedProvider described(Description description, String... namesAndValues) {
        ApiSettings config = config(namesAndValues);
        return new DescribedProvider(
                description,
                config,
                ApiKeys.configured(config),
                new DescribedProvider.Parts(
                        http,
                        ProviderBench::resolve,
                        FREE,
                        (account, calls, window) -> shown.add(calls + " in " + window),
                        (service, method, url, headers, body) -> headers,
                        clock,
                        pause,
                        ProviderWebhooks.none(),
                        false));
    }

    /** Every name leads to this machine. */
    static List<InetAddress> resolve(String name) throws UnknownHostException {
        return List.of(InetAddress.getByName("127.0.0.1"));
    }

    /** The stub's own configuration, changed by these names (without prefix) and values. */
    ApiSettings config(String... namesAndValues) {
        Map<String, String> properties = new HashMap<>();
        properties.put("afterimage.provider.url", url("/render"));
        properties.put("afterimage.provider.api-key", "key-1");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put("afterimage.provider." + namesAndValues[i], namesAndValues[i + 1]);
        }
        return ApiSettings.of(Configs.of(ProviderConfig.class, properties));
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    int calls() {
        return server.getAllServeEvents().size();
    }

    static ImageRequest request(ImageFormat format) {
        return new ImageRequest(new TemplateId("card"), TemplateData.of("{\"title\":\"A\"}"), format);
    }

    static ImageRequest request() {
        return request(ImageFormat.PNG);
    }

    static Attempt attempt() {
        return Attempt.of(Lane.INTERACTIVE, new Deadline(Instant.MAX), Orders.next());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server.resetAll();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        http.close();
        server.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
