package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.afterimage.time.Deadline;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HitEventsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
    private static final Deadline SOON = new Deadline(NOW.plusSeconds(5));
    private static final HitHandler.Answer ANSWER =
            new HitHandler.Answer(Map.of("Cache-Status", "afterimage; hit"), "{\"key\":\"k\"}");

    private final List<String> bodies = new ArrayList<>();
    private CompletableFuture<Optional<HitHandler.Answer>> known =
            CompletableFuture.completedFuture(Optional.of(ANSWER));
    private boolean mayAsk = true;
    private final HitEvents hits = new HitEvents(
            (headers, body) -> {
                bodies.add(new String(body, StandardCharsets.UTF_8));
                return known;
            },
            event -> mayAsk,
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void aKnownImageIsAnswered() throws Exception {
        APIGatewayV2HTTPResponse response =
                ask(Events.http("POST", "/v1/images", "{}")).orElseThrow();

        assertThat(response.getStatusCode()).isEqualTo(200);
        assertThat(response.getHeaders()).isEqualTo(ANSWER.headers());
        assertThat(response.getBody()).isEqualTo(ANSWER.body());
        assertThat(bodies).containsExactly("{}");
    }

    @Test
    void whoMayNotAskIsLeftToTheServer() throws Exception {
        mayAsk = false;

        assertThat(ask(Events.http("POST", "/v1/images", "{}"))).isEmpty();
        assertThat(bodies).isEmpty();
    }

    @Test
    void anEncodedBodyIsDecoded() throws Exception {
        assertThat(ask(encoded("eyLDqSI6MX0="))).isPresent();
        assertThat(bodies).containsExactly("{\"é\":1}");
    }

    @Test
    void whatIsNotEncodedAsItSaysIsTheServers() throws Exception {
        assertThat(ask(encoded("***"))).isEmpty();
        assertThat(bodies).isEmpty();
    }

    @Test
    void everyOtherRequestIsTheServers() throws Exception {
        assertThat(ask(Events.http("GET", "/v1/images", "{}"))).isEmpty();
        assertThat(ask(Events.http("POST", "/v1/images/", "{}"))).isEmpty();
        assertThat(ask(Events.http("POST", "/v1/batches", "{}"))).isEmpty();
        assertThat(ask(Events.http("POST", "/v1/images", null))).isEmpty();
        assertThat(ask(Events.http("POST", "/v1/images", "{}")
                        .replace("\"rawQueryString\":\"\"", "\"rawQueryString\":\"x=%7B\"")))
                .isEmpty();
        assertThat(bodies).isEmpty();
    }

    @Test
    void aMissIsTheServers() throws Exception {
        known = CompletableFuture.completedFuture(Optional.empty());
        assertThat(ask(Events.http("POST", "/v1/images", "{}"))).isEmpty();
    }

    @Test
    void aFailureIsTheServersToTell() throws Exception {
        known = CompletableFuture.failedFuture(new IllegalStateException("no key"));
        assertThat(ask(Events.http("POST", "/v1/images", "{}"))).isEmpty();
    }

    @Test
    void itIsWaitedForUntilTheDeadlineOnly() throws Exception {
        known = new CompletableFuture<>();
        assertThat(hits.answer(event(Events.http("POST", "/v1/images", "{}")), new Deadline(NOW)))
                .isEmpty();
    }

    private Optional<APIGatewayV2HTTPResponse> ask(String event) throws Exception {
        return hits.answer(event(event), SOON);
    }

    private static String encoded(String body) {
        return Events.http("POST", "/v1/images", body).replace("\"isBase64Encoded\":false", "\"isBase64Encoded\":true");
    }

    private static APIGatewayV2HTTPEvent event(String text) throws IOException {
        LambdaEvent event =
                new LambdaEventReader().read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        return ((LambdaEvent.Http) event).request();
    }
}
