package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.afterimage.time.Deadline;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Answers what is a hit on the thread that brought the event. The server inside the process would take three others and
 * write and read the request once more, for which a hit takes twice as long.
 */
final class HitEvents {

    private static final String PATH = "/v1/images";

    /** What takes longer is not fast; the rest of the time is the server's. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final HitHandler hits;
    private final Predicate<APIGatewayV2HTTPEvent> mayAsk;
    private final Clock clock;

    /**
     * The hits.
     *
     * @param mayAsk whether an event's sender may ask for images; the server tells those who may not
     */
    HitEvents(HitHandler hits, Predicate<APIGatewayV2HTTPEvent> mayAsk, Clock clock) {
        this.hits = hits;
        this.mayAsk = mayAsk;
        this.clock = clock;
    }

    /** The answer; none when the server must be asked. */
    Optional<APIGatewayV2HTTPResponse> answer(APIGatewayV2HTTPEvent request, Deadline answerBy)
            throws InterruptedException {
        if (!asksForImage(request) || !mayAsk.test(request)) {
            return Optional.empty();
        }
        Optional<byte[]> body = body(request);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        try {
            return hits.answer(request.getHeaders(), body.get())
                    .toCompletableFuture()
                    .get(patience(answerBy).toMillis(), TimeUnit.MILLISECONDS)
                    .map(HitEvents::response);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    private Duration patience(Deadline answerBy) {
        Duration left = answerBy.remaining(clock);
        return left.compareTo(PATIENCE) < 0 ? left : PATIENCE;
    }

    private static boolean asksForImage(APIGatewayV2HTTPEvent request) {
        var http = request.getRequestContext().getHttp();
        return http != null
                && "POST".equals(http.getMethod())
                && PATH.equals(request.getRawPath())
                && (request.getRawQueryString() == null
                        || request.getRawQueryString().isEmpty());
    }

    /** The body's bytes; none when there is no body, or none that was encoded as it says. */
    private static Optional<byte[]> body(APIGatewayV2HTTPEvent request) {
        String body = request.getBody();
        if (body == null) {
            return Optional.empty();
        }
        if (!request.getIsBase64Encoded()) {
            return Optional.of(body.getBytes(StandardCharsets.UTF_8));
        }
        try {
            return Optional.of(Base64.getDecoder().decode(body));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static APIGatewayV2HTTPResponse response(HitHandler.Answer answer) {
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(200)
                .withHeaders(answer.headers())
                .withBody(answer.body())
                .build();
    }
}
