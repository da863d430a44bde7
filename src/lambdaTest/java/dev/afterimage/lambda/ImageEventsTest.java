package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.afterimage.http.ImageEndpoint;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.testing.Configs;
import dev.afterimage.time.Deadline;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ImageEventsTest {

    private static final Caller SOMEBODY = new Caller("subject:somebody");

    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
    private static final Deadline SOON = new Deadline(NOW.plusSeconds(5));
    private static final HttpResponse RESPONSE =
            new HttpResponse(200, Map.of("Cache-Status", "afterimage; hit"), new byte[0]);

    private Duration timeLimit = Duration.ofSeconds(26);
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final Drain drain = new Drain(clock, atMost -> {});
    private final List<ImageEndpoint.Request> asked = new ArrayList<>();
    private BiFunction<ImageEndpoint.Request, Executor, CompletionStage<HttpResponse>> endpoint =
            (request, own) -> CompletableFuture.completedFuture(RESPONSE);

    @Test
    void eventIsPassedToTheEndpoint() throws Exception {
        assertThat(answer(SOON)).isEqualTo(RESPONSE);

        ImageEndpoint.Request request = asked.getFirst();
        assertThat(request.id()).isEqualTo("the-id");
        assertThat(request.body()).asString().isEqualTo("{}");
        assertThat(request.headers().apply("content-type")).containsExactly("application/json");
        assertThat(request.headers().apply("prefer")).isEmpty();
        assertThat(request.caller().id()).isEqualTo("subject:somebody");
        assertThat(request.arrival()).isEqualTo(NOW);
    }

    @Test
    void eventOfACallerWithoutTheRoleGoesToTheServer() throws Exception {
        assertThat(events().served(event(Events.http("POST", "/v1/images", "{}"))))
                .isEmpty();
    }

    @Test
    void otherRequestsGoToTheServer() throws Exception {
        assertThat(ImageEvents.asksForImage(event(Events.http("POST", "/v1/images", "{}"))))
                .isTrue();
        assertThat(ImageEvents.asksForImage(event(Events.http("GET", "/v1/images", "{}"))))
                .isFalse();
        assertThat(ImageEvents.asksForImage(event(Events.http("POST", "/v1/images/", "{}"))))
                .isFalse();
        assertThat(ImageEvents.asksForImage(event(Events.http("POST", "/v1/batches", "{}"))))
                .isFalse();
        assertThat(ImageEvents.asksForImage(event(Events.http("POST", "/v1/images", "{}")
                        .replace("\"rawQueryString\":\"\"", "\"rawQueryString\":\"x=%7B\""))))
                .isFalse();
    }

    @Test
    void settingsThatOnlyTheServerAppliesAreOffByDefault() {
        assertThat(needsServer(Map.of("quarkus.http.auth.proactive", "true", "quarkus.http.cors.enabled", "false")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "quarkus.http.cors.enabled, true",
        "quarkus.http.access-log.enabled, true",
        "quarkus.http.auth.permission.all.policy, authenticated",
        "'quarkus.http.header.\"Strict-Transport-Security\".value', max-age=1",
        "quarkus.http.filter.all.matches, /.*",
    })
    void settingThatOnlyTheServerAppliesLeavesRequestsToTheServer(String name, String value) {
        assertThat(needsServer(Map.of(name, value))).isTrue();
    }

    private static boolean needsServer(Map<String, String> properties) {
        return ImageEvents.needsServer(Configs.with(properties));
    }

    @Test
    void endpointsTasksRunOnTheInvocationsThread() throws Exception {
        List<Thread> threads = new ArrayList<>();
        endpoint = (request, own) -> {
            CompletableFuture<HttpResponse> response = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> own.execute(() -> {
                        threads.add(Thread.currentThread());
                        response.complete(RESPONSE);
                    }));
            return response;
        };

        assertThat(answer(SOON)).isEqualTo(RESPONSE);
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void responseIsWaitedForUntilTheDeadline() {
        endpoint = (request, own) -> new CompletableFuture<>();
        assertThatThrownBy(() -> answer(new Deadline(NOW))).isInstanceOf(TimeoutException.class);
        assertThat(drain.isIdle()).isTrue();
    }

    @Test
    void responseIsWaitedForNoLongerThanTheRequestsOwnTime() {
        endpoint = (request, own) -> new CompletableFuture<>();
        timeLimit = Duration.ZERO;
        assertThatThrownBy(() -> answer(SOON)).isInstanceOf(TimeoutException.class);
        assertThat(drain.isIdle()).isTrue();
    }

    @Test
    void shutdownWaitsForTheResponse() throws Exception {
        List<Boolean> idle = new ArrayList<>();
        endpoint = (request, own) -> {
            idle.add(drain.isIdle());
            return CompletableFuture.completedFuture(RESPONSE);
        };
        answer(SOON);
        assertThat(idle).containsExactly(false);
        assertThat(drain.isIdle()).isTrue();
    }

    private HttpResponse answer(Deadline deadline) throws Exception {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        return events().answer(event(Events.http("POST", "/v1/images", "{}")), SOMEBODY, "the-id", body, deadline);
    }

    private ImageEvents events() {
        return new ImageEvents(
                (request, own) -> {
                    asked.add(request);
                    return endpoint.apply(request, own);
                },
                request -> timeLimit,
                event -> Optional.empty(),
                true,
                drain,
                clock);
    }

    private static APIGatewayV2HTTPEvent event(String text) throws IOException {
        LambdaEvent event =
                new LambdaEventReader().read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        return ((LambdaEvent.Http) event).request();
    }
}
