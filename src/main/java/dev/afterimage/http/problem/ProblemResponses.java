package dev.afterimage.http.problem;

import static dev.afterimage.generation.GenerationException.withoutQuotes;
import static dev.afterimage.http.problem.ProblemType.INTERNAL_ERROR;
import static dev.afterimage.http.problem.ProblemType.METHOD_NOT_ALLOWED;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.http.auth.RouteRoles;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.metrics.Meters;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Makes the whole answer for a failure, headers and body, and tells the log what the client is not told. */
@Singleton
public final class ProblemResponses {

    private static final Logger LOG = Logger.getLogger(ProblemResponses.class);

    private final Problems problems;
    private final ObjectMapper json;
    private final Meters meters;

    public ProblemResponses(Problems problems, ObjectMapper json, Meters meters) {
        this.problems = problems;
        this.json = json;
        this.meters = meters;
    }

    /**
     * The answer for a failure.
     *
     * @param path of the request, without its query
     */
    public HttpResponse answer(Throwable failure, String requestId, String path) {
        Problem problem = problems.of(failure);
        log(failure, problem);
        return answer(problem, requestId, path);
    }

    /** The answer for a status code that the framework chose without an exception that we know. */
    HttpResponse answer(int status, String requestId, String path) {
        return answer(problems.of(status), requestId, path);
    }

    private HttpResponse answer(Problem problem, String requestId, String path) {
        meters.countProblem(problem.slug());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", ProblemDocument.MEDIA_TYPE);
        headers.put("Cache-Control", "no-store");
        headers.putAll(problem.headers());
        problem.retryAfter().ifPresent(wait -> headers.put("Retry-After", HttpResponse.retryAfter(wait)));
        if (problem.status() == METHOD_NOT_ALLOWED.status()) {
            headers.put("Allow", String.join(", ", RouteRoles.methodsOf(path)));
        }
        boolean openAi = OpenAiError.isSpokenAt(path);
        if (openAi) {
            headers.put("Content-Type", "application/json");
            headers.putAll(OpenAiError.headers(problem));
        }
        try {
            return openAi
                    ? new HttpResponse(
                            OpenAiError.status(problem), headers, json.writeValueAsBytes(OpenAiError.of(problem)))
                    : new HttpResponse(
                            problem.status(), headers, json.writeValueAsBytes(ProblemDocument.of(problem, requestId)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem of strings and a number is always JSON", e);
        }
    }

    private static void log(Throwable failure, Problem problem) {
        Throwable cause = Callables.cause(failure);
        if (problem.status() == INTERNAL_ERROR.status()) {
            LOG.error("A request failed unexpectedly", cause);
        } else if (problem.status() > INTERNAL_ERROR.status() && !problem.isOrdinary()) {
            String why = cause instanceof ProblemException ? problem.detail() : cause.getMessage();
            LOG.errorf("%d %s: %s", problem.status(), problem.title(), withoutQuotes(why));
        } else if (cause instanceof RejectedException) {
            LOG.infof("%d %s: %s", problem.status(), problem.title(), withoutQuotes(cause.getMessage()));
        } else {
            LOG.debugf("%d %s", problem.status(), problem.title());
        }
    }

    /**
     * A problem as it is sent: the members of RFC 9457, section 3.1, and two of our own.
     *
     * @param pointer the part of the body that is wrong
     * @param requestId what to tell the operator; the same as the {@code X-Request-Id} header
     */
    @RegisterForReflection // written by an ObjectMapper, where the native build doesn't see it
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record ProblemDocument(
            String type,
            String title,
            int status,
            String detail,
            @Nullable String pointer,
            String requestId) {

        static final String MEDIA_TYPE = "application/problem+json";

        static ProblemDocument of(Problem problem, String requestId) {
            return new ProblemDocument(
                    problem.type(),
                    problem.title(),
                    problem.status(),
                    problem.detail(),
                    problem.pointer().orElse(null),
                    requestId);
        }
    }
}
