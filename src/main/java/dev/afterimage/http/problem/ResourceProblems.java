package dev.afterimage.http.problem;

import dev.afterimage.http.header.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers for exceptions that leave a resource, or that Quarkus REST throws on the way to one. */
final class ResourceProblems {

    private final ProblemResponses answers;

    @Inject
    ResourceProblems(ProblemResponses answers) {
        this.answers = answers;
    }

    @ServerExceptionMapper
    public Response answer(Throwable failure, RoutingContext context) {
        return answers.answer(failure, RequestId.of(context), context.normalizedPath())
                .toRest();
    }
}
