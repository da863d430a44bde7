package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.problem.ProblemResponses;
import dev.afterimage.http.problem.Problems;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.time.InvocationDeadline;
import dev.afterimage.wiring.WiredProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any request is answered, any batch reports its failed messages, and every other event is refused. */
class EventDispatcherFuzz {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path INPUTS =
            Path.of("src/test/resources/dev/afterimage/lambda/EventDispatcherFuzzInputs/event");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T02:00:00Z"), ZoneOffset.UTC);

    @FuzzTest
    void event(byte[] event) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            dispatcher().dispatch(new ByteArrayInputStream(event), out, new FakeContext(29_000));
        } catch (LambdaEventReader.UnknownEventException e) {
            assertThat(isRequest(event)).isFalse();
            return;
        }
        JsonNode answer = JSON.readTree(out.toByteArray());
        if (isRequest(event)) {
            assertThat(answer.path("statusCode").asInt()).isBetween(200, 599);
        } else if (answer.has("statusCode")) {
            assertThat(answer.get("statusCode").asInt()).isEqualTo(501);
        } else if (answer.has("afterimage")) {
            assertThat(answer.get("afterimage").asText()).isEqualTo("ping");
        } else if (answer.has("batchItemFailures")) {
            Set<String> sent = new HashSet<>();
            JSON.readTree(event)
                    .path("Records")
                    .forEach(record -> sent.add(record.path("messageId").asText()));
            answer.get("batchItemFailures")
                    .forEach(item ->
                            assertThat(sent).contains(item.get("itemIdentifier").asText()));
        } else {
            assertThat(answer.path("planned").asText()).isNotBlank();
        }
    }

    /** Whether API Gateway could want an answer to it. */
    static boolean isRequest(byte[] event) {
        try {
            return JSON.readTree(event).path("requestContext").has("http");
        } catch (IOException e) {
            return false;
        }
    }

    static List<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.list(INPUTS)) {
            return files.sorted().toList();
        }
    }

    private static EventDispatcher dispatcher() {
        DeadlineRunner deadlines = new DeadlineRunner(new CallersThread(), CLOCK);
        return new EventDispatcher(
                new HttpEvents(
                        () -> new ImageEvents(
                                (request, own) -> CompletableFuture.completedFuture(
                                        new HttpResponse(200, Map.of(), request.body())),
                                request -> Duration.ofSeconds(26),
                                event -> Optional.of(Caller.SERVICE),
                                true,
                                new Drain(CLOCK, atMost -> {}),
                                CLOCK),
                        (request, context) -> APIGatewayV2HTTPResponse.builder()
                                // What a server would stumble over: no method, no path.
                                .withStatusCode(
                                        request.getRequestContext()
                                                                .getHttp()
                                                                .getMethod()
                                                                .length()
                                                        > 0
                                                ? 200
                                                : 400)
                                .withHeaders(Map.copyOf(request.getHeaders()))
                                .withBody(request.getRawPath().strip())
                                .build(),
                        new ProblemResponses(new Problems(CLOCK), JSON, WiredProcess.METERS),
                        deadlines),
                (messages, deadline) -> {
                    Set<String> failed = new HashSet<>();
                    messages.forEach(message -> failed.add(message.messageId()));
                    failed.add("nobody's");
                    return failed;
                },
                (catalogue, due, deadline) -> true,
                deadlines,
                new InvocationDeadline(),
                new InvocationEnd(List::of),
                () -> InvocationExtension.start("", new InvocationEnd(List::of), CLOCK),
                new EventDispatcherTest.Margins(),
                CLOCK,
                context -> Duration.ofMillis(context.getRemainingTimeInMillis()));
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {"[", "{\"a\":", "9", "\"x\",", "\\u0000", " "})
    void largeInput(String piece) throws IOException {
        event(piece.repeat(100_000).getBytes(StandardCharsets.UTF_8));
        event(Events.http("POST", "/" + "a".repeat(100_000), "x".repeat(6_000_000))
                .getBytes(StandardCharsets.UTF_8));
        event(("{\"requestContext\":{\"http\":{\"method\":\"GET\"}},\"x\":" + piece.repeat(900))
                .getBytes(StandardCharsets.UTF_8));
    }
}
