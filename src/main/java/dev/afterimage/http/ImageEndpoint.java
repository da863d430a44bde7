package dev.afterimage.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.http.problem.ProblemResponses;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotAcceptableException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code POST /v1/images}, for all ways by which it is called: {@link ImageRoute} hands it the requests that
 * come over a connection, the Lambda function those that come as events. Never blocks and never throws: a failure is
 * answered with a problem document.
 */
@Singleton
public final class ImageEndpoint {

    public static final String PATH = "/v1/images";

    private final ImageService images;
    private final ImageResponses responses;
    private final ProblemResponses problems;
    private final InvocationDeadline invocation;
    private final Duration deadline;
    private final Duration longestWait;
    private final Callbacks callbacks;
    private final ExecutorService threads;

    /**
     * A request, wherever it comes from.
     *
     * @param id its id in headers and logs
     * @param headers the values of a header, one for each of its lines, by the header's name in any case
     * @param caller the one whose quota it uses
     * @param arrival when its last byte was there
     * @param serviceRoot the service's root as the client addressed it, such as {@code http://localhost:8080/}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Request(
            String id,
            Function<String, List<String>> headers,
            byte[] body,
            Caller caller,
            Instant arrival,
            Supplier<URI> serviceRoot) {}

    ImageEndpoint(
            ImageService images,
            ImageResponses responses,
            ProblemResponses problems,
            InvocationDeadline invocation,
            HttpConfig config,
            Callbacks callbacks,
            @VirtualThreads ExecutorService threads) {
        this.callbacks = callbacks;
        this.threads = threads;
        this.images = images;
        this.responses = responses;
        this.problems = problems;
        this.invocation = invocation;
        this.deadline = config.deadline();
        this.longestWait = config.maxWait().orElse(deadline);
    }

    /**
     * Answers a request that comes as an event: checks its headers and its length, as {@link JsonBody} does for those
     * that come over a connection, and adds the headers that every answer has, as {@link RequestPrelude} does for them.
     *
     * @param requestThread as for {@link #answer}
     */
    public CompletionStage<HttpResponse> answerEvent(Request request, Executor requestThread) {
        CompletionStage<HttpResponse> answer;
        try {
            JsonBody.check(request.headers(), request.body().length);
            answer = answer(request, requestThread);
        } catch (ProblemException refused) {
            answer = CompletableFuture.completedFuture(problems.answer(refused, request.id(), PATH));
        }
        return answer.thenApply(response -> StandardHeaders.in(response, request.id(), PATH));
    }

    /**
     * Finds the image or has it made: 200, 202 or a problem.
     *
     * @param requestThread the thread or event loop of the request. The work after the index lookup begins there, so that
     *     its log lines have the request's id
     */
    CompletionStage<HttpResponse> answer(Request request, Executor requestThread) {
        return respond(request, requestThread)
                .exceptionallyAsync(failure -> problems.answer(failure, request.id(), PATH), requestThread);
    }

    /** The answer, 503, to a request that took longer than its {@link #timeLimit}. */
    HttpResponse overdue(Request request) {
        return problems.answer(new TimeoutException(), request.id(), PATH);
    }

    /**
     * The time from arrival after which a request is {@linkplain #overdue overdue}: a second more than the deadline, or
     * than the longer wait that it asks for. By then the pipeline has usually answered itself.
     */
    public Duration timeLimit(Request request) {
        Duration patience = preferences(request).patience(deadline, longestWait);
        return (patience.compareTo(deadline) > 0 ? patience : deadline).plusSeconds(1);
    }

    private static Preferences preferences(Request request) {
        return Preferences.parse(request.headers().apply(Preferences.HEADER));
    }

    private CompletionStage<HttpResponse> respond(Request request, Executor requestThread) {
        try {
            checkAccept(request);
            CallbackMember callback = new CallbackMember();
            ImageRequest image = ImageRequestReader.read(request.body(), CallbackMember.NAME, callback);
            Preferences preferences = preferences(request);
            GenerationRequest wanted = GenerationRequest.onDemand(
                    image,
                    request.caller(),
                    invocation.cap(new Deadline(request.arrival().plus(preferences.patience(deadline, longestWait)))));
            return obtainAndCallBack(wanted, isNoCache(request.headers()), callback.url, requestThread)
                    .thenApply(outcome -> describe(outcome, preferences, request.serviceRoot()));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Checks the callback's URL before anything is paid for. */
    private CompletionStage<ImageOutcome> obtainAndCallBack(
            GenerationRequest wanted, boolean validate, Optional<String> callback, Executor requestThread) {
        if (callback.isEmpty()) {
            return obtain(wanted, validate, requestThread);
        }
        return CompletableFuture.supplyAsync(() -> callbacks.accept(callback.get()), threads)
                .thenCompose(url -> obtain(wanted, validate, requestThread)
                        .thenApplyAsync(outcome -> callBackLater(outcome, url), threads))
                .thenApplyAsync(outcome -> outcome, requestThread);
    }

    private ImageOutcome callBackLater(ImageOutcome outcome, URI url) {
        if (outcome instanceof ImageOutcome.Pending pending) {
            callbacks.tell(pending.key(), url);
        }
        return outcome;
    }

    private CompletionStage<ImageOutcome> obtain(GenerationRequest wanted, boolean validate, Executor requestThread) {
        // A hit is the answer, and was counted by the lookup; everything else goes through the pipeline.
        return images.indexLookup(wanted.request(), validate)
                .thenComposeAsync(
                        known -> known.hit().isPresent()
                                ? CompletableFuture.completedFuture(known.hit().get())
                                : images.obtain(wanted, known),
                        requestThread);
    }

    private HttpResponse describe(ImageOutcome outcome, Preferences preferences, Supplier<URI> serviceRoot) {
        HttpResponse response = responses.describe(outcome, serviceRoot);
        return preferences
                .applied(outcome instanceof ImageOutcome.Pending, longestWait)
                .map(applied -> response.with(Preferences.APPLIED_HEADER, applied))
                .orElse(response);
    }

    /**
     * Whether the client asks with {@code Cache-Control: no-cache} (RFC 9111, section 5.2.1.4) that the store is asked for
     * the image even where the index knows it.
     */
    static boolean isNoCache(Function<String, List<String>> headers) {
        for (String line : headers.apply("Cache-Control")) {
            for (String directive : line.split(",", -1)) {
                if (directive.strip().equalsIgnoreCase("no-cache")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void checkAccept(Request request) {
        List<String> accept = request.headers().apply("Accept");
        if (!accept.isEmpty() && accept.stream().noneMatch(ImageEndpoint::namesJson)) {
            throw new NotAcceptableException();
        }
    }

    /** Whether JSON is accepted, read as Quarkus REST reads it for the other resources: weights do not count. */
    private static boolean namesJson(String accept) {
        String ranges = accept.toLowerCase(Locale.ROOT);
        return ranges.isBlank()
                || ranges.contains("application/json")
                || ranges.contains("*/*")
                || ranges.contains("application/*");
    }

    /** Reads the member {@code callback}, the URL that is told when an image is there that was answered with 202. */
    private static final class CallbackMember implements ImageRequestReader.Member {

        static final String NAME = "callback";

        private Optional<String> url = Optional.empty();

        @Override
        public void read(JsonParser parser, @Nullable JsonToken value) throws IOException {
            if (value != JsonToken.VALUE_STRING) {
                throw new InvalidRequestException("Write callback as an https URL (RFC 3986).", NAME);
            }
            url = Optional.of(parser.getText());
        }
    }
}
