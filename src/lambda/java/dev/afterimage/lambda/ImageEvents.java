package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.http.ImageEndpoint;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.time.Deadline;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.MDC;

/**
 * Hands requests for an image to the {@link ImageEndpoint}, and waits for its answer on the thread that brought the
 * event. Through the embedded HTTP server a hit would take twice as long: it would pass three more threads, and be
 * written and read once more.
 */
@Singleton
class ImageEvents {

    private static final List<String> SWITCHES =
            List.of("quarkus.http.cors.enabled", "quarkus.http.access-log.enabled");

    private static final List<String> PREFIXES =
            List.of("quarkus.http.auth.permission.", "quarkus.http.header.", "quarkus.http.filter.");

    private final BiFunction<ImageEndpoint.Request, Executor, CompletionStage<HttpResponse>> endpoint;
    private final Function<ImageEndpoint.Request, Duration> timeLimit;
    private final Function<APIGatewayV2HTTPEvent, Optional<Caller>> callerOf;
    private final boolean served;
    private final Drain drain;
    private final Clock clock;

    /**
     * Leaves all requests to the embedded server where settings are configured that only that server applies, or where
     * URLs depend on the address that a request came to.
     */
    @Inject
    ImageEvents(
            ImageEndpoint endpoint,
            @Identifier("gateway") GatewayIdentity gateway,
            BaseUrl baseUrl,
            Config config,
            Drain drain,
            Clock clock) {
        this(
                endpoint::answerEvent,
                endpoint::timeLimit,
                gateway::callerWhoMayAsk,
                baseUrl.isFixed() && !needsServer(config),
                drain,
                clock);
    }

    ImageEvents(
            BiFunction<ImageEndpoint.Request, Executor, CompletionStage<HttpResponse>> endpoint,
            Function<ImageEndpoint.Request, Duration> timeLimit,
            Function<APIGatewayV2HTTPEvent, Optional<Caller>> callerOf,
            boolean served,
            Drain drain,
            Clock clock) {
        this.endpoint = endpoint;
        this.timeLimit = timeLimit;
        this.callerOf = callerOf;
        this.served = served;
        this.drain = drain;
        this.clock = clock;
    }

    /**
     * Whether the event is a request for an image. One with a query, which may be malformed, is left to the embedded
     * server.
     */
    static boolean asksForImage(APIGatewayV2HTTPEvent event) {
        return "POST".equals(event.getRequestContext().getHttp().getMethod())
                && ImageEndpoint.PATH.equals(event.getRawPath())
                && (event.getRawQueryString() == null
                        || event.getRawQueryString().isEmpty());
    }

    /**
     * Whether a setting of Quarkus is set that only the embedded server applies: CORS (which API Gateway does itself),
     * permissions, headers, filters, or an access log.
     */
    static boolean needsServer(Config config) {
        return SWITCHES.stream()
                        .anyMatch(name ->
                                config.getOptionalValue(name, Boolean.class).orElse(false))
                || StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                        .anyMatch(name -> PREFIXES.stream().anyMatch(name::startsWith));
    }

    /** The caller of an event that is answered here; empty when the embedded server must answer it. */
    Optional<Caller> served(APIGatewayV2HTTPEvent event) {
        return served ? callerOf.apply(event) : Optional.empty();
    }

    /**
     * Answers a request for an image.
     *
     * @param id the request's id in headers and logs
     * @param body the decoded body
     * @param stopBy shortly before the invocation's end
     * @throws TimeoutException when there is no answer by {@code stopBy} or by the request's {@link ImageEndpoint#timeLimit}
     */
    HttpResponse answer(APIGatewayV2HTTPEvent event, Caller caller, String id, byte[] body, Deadline stopBy)
            throws InterruptedException, TimeoutException {
        MDC.put(RequestId.LOG_KEY, id);
        ImageEndpoint.Request request = new ImageEndpoint.Request(
                id, name -> values(event, name), body, caller, clock.instant(), ImageEvents::root);
        ThisThread thread = new ThisThread();
        drain.entered();
        try {
            CompletableFuture<HttpResponse> response =
                    endpoint.apply(request, thread).toCompletableFuture();
            return thread.await(
                    response, new Deadline(request.arrival().plus(timeLimit.apply(request))).orEarlier(stopBy));
        } finally {
            drain.left();
        }
    }

    private static List<String> values(APIGatewayV2HTTPEvent event, String header) {
        String value = event.getHeaders().get(header);
        return value == null ? List.of() : List.of(value);
    }

    private static URI root() {
        throw new IllegalStateException("The base URL is fixed");
    }

    /** The thread of an invocation as an executor: while it waits for a result, it runs the tasks it is given. */
    private final class ThisThread implements Executor {

        private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        <T> T await(CompletableFuture<T> result, Deadline deadline) throws InterruptedException, TimeoutException {
            var unused = result.whenComplete((done, failure) -> tasks.add(() -> {}));
            while (!result.isDone()) {
                Runnable task = tasks.poll(deadline.remaining(clock).toMillis(), TimeUnit.MILLISECONDS);
                if (task == null) {
                    throw new TimeoutException();
                }
                task.run();
            }
            return result.join();
        }
    }
}
