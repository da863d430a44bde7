package dev.afterimage.http.problem;

import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Answers for whatever fails: in the resources, in the handlers before them, on paths that nobody serves, and in the router
 * itself (a path that cannot be decoded never reaches a handler).
 */
@Singleton
final class FailureHandlers {

    private static final Logger LOG = Logger.getLogger(FailureHandlers.class);

    private final ProblemResponses answers;

    FailureHandlers(ProblemResponses answers) {
        this.answers = answers;
    }

    void register(@Observes Router router) {
        // The framework's own handlers would answer HTML, JSON or text, whichever the client seems to like.
        router.route().order(Integer.MIN_VALUE).failureHandler(this::fail);
        IntStream.of(400, 404, 405, 406, 413, 415, 500)
                .forEach(status -> router.errorHandler(
                        status, context -> answer(status, context).send(context)));
    }

    /** Exceptions that leave a resource, or that Quarkus REST throws on the way to one. */
    @ServerExceptionMapper
    public Response failed(Throwable failure, RoutingContext context) {
        if (context.response().closed()) {
            LOG.debug("A client closed its connection before it had the whole answer", failure);
            return Response.noContent().build();
        }
        return answers.answer(failure, RequestId.of(context), context.normalizedPath())
                .toRest();
    }

    private void fail(RoutingContext context) {
        Throwable failure = context.failure();
        int status = context.statusCode();
        // A handler that set a status knew better than the exception's class says.
        boolean chosen = status >= 400 && status != 500;
        if (HttpResponse.isTooLate(context)) {
            return;
        }
        HttpResponse answer = failure == null || chosen
                ? answer(status, context)
                : answers.answer(failure, RequestId.of(context), pathOf(context));
        answer.send(context);
    }

    private HttpResponse answer(int status, RoutingContext context) {
        return answers.answer(status, RequestId.of(context), pathOf(context));
    }

    /** The path of the request; empty where it cannot be decoded. */
    private static String pathOf(RoutingContext context) {
        try {
            return context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }
}
