package dev.afterimage.http.problem;

import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.stream.IntStream;

/**
 * Answers for what fails outside the resources: in the handlers before them, in routes that are none, and in the router
 * itself (a path that cannot be decoded never reaches a handler).
 */
@Singleton
final class RouterProblems {

    private final ProblemResponses answers;

    @Inject
    RouterProblems(ProblemResponses answers) {
        this.answers = answers;
    }

    void register(@Observes Router router) {
        // Before the framework's own, which answers HTML, JSON or text, whichever the client seems to like.
        router.route().order(Integer.MIN_VALUE).failureHandler(this::fail);
        IntStream.of(400, 404, 405, 406, 413, 415, 500)
                .forEach(status -> router.errorHandler(status, context -> send(answer(status, context), context)));
    }

    private void fail(RoutingContext context) {
        Throwable failure = context.failure();
        int status = context.statusCode();
        // A status of its own was chosen by a handler that knew better than the exception's class.
        boolean chosen = status >= 400 && status != 500;
        if (isAnswered(context.response())) {
            return;
        }
        send(
                failure == null || chosen
                        ? answer(status, context)
                        : answers.answer(failure, RequestId.of(context), pathOf(context)),
                context);
    }

    private HttpResponse answer(int status, RoutingContext context) {
        return answers.answer(status, RequestId.of(context), pathOf(context));
    }

    /** Empty where it cannot be decoded. */
    private static String pathOf(RoutingContext context) {
        try {
            return context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    /** Nobody can be told any more; a client that goes away while it sends is no fault of the service. */
    private static boolean isAnswered(HttpServerResponse response) {
        return response.headWritten() || response.ended() || response.closed();
    }

    private static void send(HttpResponse answer, RoutingContext context) {
        HttpServerResponse response = context.response();
        if (isAnswered(response)) {
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        response.end(Buffer.buffer(answer.body()));
    }
}
