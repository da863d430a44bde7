package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.http.ImageEndpoint;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.problem.ProblemResponses;
import dev.afterimage.http.problem.Problems;
import dev.afterimage.lambda.EventDispatcher.CataloguePlanHandler;
import dev.afterimage.lambda.EventDispatcher.JobBatchHandler;
import dev.afterimage.lambda.EventDispatcher.LambdaConfig;
import dev.afterimage.lambda.InvocationEnd.BeforeFreeze;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import dev.afterimage.wiring.WiredProcess;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventDispatcherTest {

    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");

    /** 29 s, less the answer margin of 2 s. */
    private static final Deadline ANSWER_BY = new Deadline(NOW.plusSeconds(27));

    private static final Deadline FAR = new Deadline(NOW.plusSeconds(3600));

    private static final FakeContext PLENTY = new FakeContext(29_000);

    /** Too little time to wait for anything. */
    private static final FakeContext HARDLY_ANY = new FakeContext(1_000);

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final InvocationDeadline invocation = new InvocationDeadline();
    private final List<String> wrappedUp = new ArrayList<>();
    private List<BeforeFreeze> hooks = List.of();

    private Function<ImageEndpoint.Request, CompletionStage<HttpResponse>> images =
            request -> CompletableFuture.completedFuture(new HttpResponse(
                    200,
                    Map.of("Cache-Status", "afterimage; hit"),
                    ("known " + new String(request.body(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)));
    private boolean imagesPastTheServer = true;
    private Runnable server = () -> {};
    private APIGatewayV2HTTPEvent asked = new APIGatewayV2HTTPEvent();
    private JobBatchHandler worker = (messages, deadline) -> Set.of();
    private CataloguePlanHandler planner = (catalogue, due, deadline) -> true;

    @Test
    void aRequestIsAnsweredByTheServerInside() throws IOException {
        String answer = dispatch(Events.http("GET", "/v1/stats", null), PLENTY);

        assertThat(answer).contains("\"statusCode\":200").contains("\"body\":\"hello\"");
        assertThat(asked.getRawPath()).isEqualTo("/v1/stats");
    }

    @Test
    void imageRequestBypassesTheServerAndRunsTheEndHooks() throws IOException {
        hooks = List.of(deadline -> wrappedUp.add("metrics"));
        server = () -> {
            throw new AssertionError("not the server");
        };

        String plain = dispatch(Events.http("POST", "/v1/images", "{}"), PLENTY);
        String encoded = dispatch(
                Events.http("POST", "/v1/images", "eyLDqSI6MX0=")
                        .replace("\"isBase64Encoded\":false", "\"isBase64Encoded\":true"),
                PLENTY);

        assertThat(plain)
                .contains("\"statusCode\":200")
                .contains("afterimage; hit")
                .contains("\"body\":\"known {}\"");
        assertThat(encoded).contains("\"body\":\"known {\\\"é\\\":1}\"");
        assertThat(wrappedUp).containsExactly("metrics", "metrics");
    }

    @Test
    void imageRequestGoesToTheServerWhereBypassingIsOff() throws IOException {
        imagesPastTheServer = false;

        assertThat(dispatch(Events.http("POST", "/v1/images", "{}"), PLENTY)).contains("\"body\":\"hello\"");
    }

    @Test
    void imageRequestThatTimesOutOrFailsIsAnswered() throws IOException {
        images = request -> new CompletableFuture<>();
        assertThat(dispatch(Events.http("POST", "/v1/images", "{}"), HARDLY_ANY))
                .contains("\"statusCode\":503")
                .contains("out-of-time");

        images = request -> {
            throw new IllegalStateException("a secret in a header");
        };
        assertThat(dispatch(Events.http("POST", "/v1/images", "{}"), PLENTY))
                .contains("\"statusCode\":500")
                .contains("internal-error")
                .doesNotContain("secret");
    }

    @Test
    void requestInAnotherFormIsAnsweredWithAdvice() throws IOException {
        String answer = dispatch("{\"httpMethod\":\"GET\",\"requestContext\":{\"elb\":{}}}", PLENTY);

        assertThat(new JsonPath(answer).getInt("statusCode")).isEqualTo(501);
        assertThat(new JsonPath(new JsonPath(answer).getString("body")).getString("detail"))
                .contains("Load Balancer");
    }

    @Test
    void theLinesOfAPlanCarryTheInvocationsId() throws IOException {
        AtomicReference<Object> id = new AtomicReference<>();
        planner = (catalogue, due, deadline) -> {
            id.set(MDC.get("requestId"));
            return true;
        };

        dispatch(Events.plan("cards"), PLENTY);

        assertThat(id).hasValue("invocation-1");
    }

    @Test
    void aPingIsAnswered() throws IOException {
        assertThat(dispatch("{\"afterimage\":\"ping\"}", PLENTY)).isEqualTo("{\"afterimage\":\"ping\"}");
    }

    @Test
    void aRequestWithoutAnIdGetsTheInvocations() throws IOException {
        dispatch(Events.http("GET", "/", null), PLENTY);

        assertThat(asked.getHeaders())
                .containsEntry("X-Request-Id", "invocation-1")
                .containsEntry("host", "api.example.com");
    }

    @Test
    void aRequestKeepsTheIdItBrings() throws IOException {
        dispatch(Events.http("GET", "/", null).replace("\"host\"", "\"X-REQUEST-ID\":\"mine\",\"host\""), PLENTY);

        assertThat(asked.getHeaders()).containsEntry("x-request-id", "mine");
    }

    @Test
    void requestThatTimesOutIsAnswered() throws IOException {
        server = EventDispatcherTest::waitForEver;

        String answer = dispatch(Events.http("GET", "/", null), HARDLY_ANY);

        assertThat(answer)
                .contains("\"statusCode\":503")
                .contains("out-of-time")
                .contains("\\\"requestId\\\":\\\"" + "invocation-1")
                .contains("\"Retry-After\":\"1\"");
    }

    @Test
    void requestIsAnsweredWhenTheServerFails() throws IOException {
        server = () -> {
            throw new IllegalArgumentException("a secret in a header");
        };

        assertThat(dispatch(Events.http("GET", "/", null), PLENTY))
                .contains("\"statusCode\":500")
                .contains("internal-error")
                .doesNotContain("secret");
    }

    @Test
    void requestWithMembersOfWrongTypesIsRefused() throws IOException {
        assertThat(dispatch("{\"requestContext\":{\"http\":7}}", PLENTY))
                .contains("\"statusCode\":400")
                .contains("invalid-request");
    }

    /** API Gateway has decided by the path as it was sent: a policy for batches must open nothing else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/batches/%2e%2e/templates/card/purge",
                "/v1/batches/%2E./templates/card/purge",
                "/v1/batches/../templates/card/purge",
                "/v1/batches/..",
                "/v1/./batches",
                "/v1//batches",
                "/v1/batches/..%2ftemplates/card/purge",
                "/v1/batches/..%5Ctemplates/card/purge",
                "/v1/batches/..\\templates/card/purge",
                "/v1/%74emplates/card/purge",
                "/v1/batches/%",
            })
    void pathThatIsNotNormalIsRefused(String path) throws IOException {
        server = () -> {
            throw new AssertionError("not the server");
        };

        assertThat(dispatch(Events.http("POST", path, null), PLENTY))
                .contains("\"statusCode\":400")
                .contains("application/problem+json")
                .contains("normal form");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/batches/", "/v1/batches/a.b..c", "/i/card.png", "/v1/batches/%C3%BC%20"})
    void normalPathIsServed(String path) throws IOException {
        assertThat(dispatch(Events.http("GET", path, null), PLENTY)).contains("\"statusCode\":200");
    }

    @Test
    void successfulBatchHasAnEmptyListOfFailures() throws IOException {
        assertThat(dispatch(Events.batch("one"), PLENTY)).isEqualTo("{\"batchItemFailures\":[]}");
    }

    @Test
    void onlyFailedMessagesAreReported() throws IOException {
        worker = (messages, deadline) -> Set.of("id-three", "id-one", "id-of-another-batch");

        assertThat(dispatch(Events.batch("one", "two", "three"), PLENTY))
                .isEqualTo(
                        "{\"batchItemFailures\":[{\"itemIdentifier\":\"id-one\"},{\"itemIdentifier\":\"id-three\"}]}");
    }

    @Test
    void allMessagesAreReportedWhenTheWorkerFails() throws IOException {
        worker = (messages, deadline) -> {
            throw new IllegalStateException("no queue");
        };

        assertThat(dispatch(Events.batch("one", "two"), PLENTY))
                .contains("id-one")
                .contains("id-two");
    }

    @Test
    void allMessagesAreReportedWhenTheWorkerTimesOut() throws IOException {
        worker = (messages, deadline) -> {
            waitForEver();
            return Set.of();
        };

        assertThat(dispatch(Events.batch("one", "two"), HARDLY_ANY))
                .contains("id-one")
                .contains("id-two");
    }

    @Test
    void planGetsItsCatalogueTimeAndDeadline() throws IOException {
        List<Object> told = new ArrayList<>();
        planner = (catalogue, due, deadline) -> told.addAll(List.of(catalogue, due, deadline));

        assertThat(dispatch(Events.plan("cards", "2022-03-22T18:59:43Z"), PLENTY))
                .isEqualTo("{\"planned\":\"cards\"}");
        assertThat(told).containsExactly("cards", Optional.of(Instant.parse("2022-03-22T18:59:43Z")), ANSWER_BY);
    }

    @Test
    void anUnfinishedPlanIsAFailureSoThatLambdaCallsAgain() {
        planner = (catalogue, due, deadline) -> false;

        assertThatThrownBy(() -> dispatch(Events.plan("cards"), PLENTY))
                .isInstanceOf(EventDispatcher.PlanUnfinishedException.class)
                .hasMessageContaining("'cards'");
    }

    @Test
    void planThatTimesOutIsUnfinished() {
        planner = (catalogue, due, deadline) -> {
            waitForEver();
            return true;
        };

        assertThatThrownBy(() -> dispatch(Events.plan("cards"), HARDLY_ANY))
                .isInstanceOf(EventDispatcher.PlanUnfinishedException.class);
    }

    @Test
    void failureOfAPlanFailsTheInvocation() {
        planner = (catalogue, due, deadline) -> {
            throw new IllegalArgumentException("No catalogue 'cards'");
        };

        assertThatThrownBy(() -> dispatch(Events.plan("cards"), PLENTY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("No catalogue 'cards'");
    }

    @Test
    void theInvocationsDeadlineHoldsDuringItAndNotAfter() throws IOException {
        List<Deadline> capped = new ArrayList<>();
        worker = (messages, deadline) -> {
            capped.add(invocation.cap(FAR));
            return Set.of();
        };

        dispatch(Events.batch("one"), PLENTY);

        assertThat(capped).containsExactly(ANSWER_BY);
        assertThat(invocation.cap(FAR)).isEqualTo(FAR);
    }

    @Test
    void everyEndHookRunsAfterAnUnknownEventAndAFailingHook() {
        hooks = List.of(
                deadline -> {
                    wrappedUp.add("failing");
                    throw new IllegalStateException("no metrics");
                },
                deadline -> wrappedUp.add("last"));

        assertThatThrownBy(() -> dispatch("{}", PLENTY)).isInstanceOf(LambdaEventReader.UnknownEventException.class);

        assertThat(wrappedUp).containsExactly("failing", "last");
        assertThat(invocation.cap(FAR)).isEqualTo(FAR);
    }

    private String dispatch(String event, FakeContext context) throws IOException {
        DeadlineRunner deadlines = new DeadlineRunner(threads, clock);
        EventDispatcher dispatcher = new EventDispatcher(
                new HttpEvents(
                        () -> new ImageEvents(
                                (request, own) -> images.apply(request),
                                request -> Duration.ofSeconds(26),
                                any -> Optional.of(Caller.SERVICE),
                                imagesPastTheServer,
                                new Drain(clock, atMost -> {}),
                                clock),
                        (request, c) -> {
                            asked = request;
                            server.run();
                            return APIGatewayV2HTTPResponse.builder()
                                    .withStatusCode(200)
                                    .withBody("hello")
                                    .build();
                        },
                        new ProblemResponses(new Problems(clock), new ObjectMapper(), WiredProcess.METERS),
                        deadlines),
                (messages, deadline) -> worker.handle(messages, deadline),
                (catalogue, due, deadline) -> planner.plan(catalogue, due, deadline),
                deadlines,
                invocation,
                new InvocationEnd(() -> hooks),
                () -> InvocationExtension.start("", new InvocationEnd(List::of), clock),
                new Margins(),
                clock,
                c -> Duration.ofMillis(c.getRemainingTimeInMillis()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        dispatcher.dispatch(new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), out, context);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void waitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static final class Margins implements LambdaConfig {

        @Override
        public Duration answerMargin() {
            return Duration.ofSeconds(2);
        }

        @Override
        public Duration stopMargin() {
            return Duration.ofSeconds(1);
        }
    }
}
