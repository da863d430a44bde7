package dev.afterimage.http.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.http.header.Allow;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.http.header.RetryAfter;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** Makes the whole answer for a failure, headers and body, and tells the log what the client is not told. */
@Singleton
final class ProblemResponses {

    private static final Logger LOG = Logger.getLogger(ProblemResponses.class);

    /** An answer, for whichever part of the framework is to send it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answer(int status, Map<String, String> headers, byte[] body) {}

    private final Problems problems;
    private final ObjectMapper json;

    @Inject
    ProblemResponses(Problems problems, ObjectMapper json) {
        this.problems = problems;
        this.json = json;
    }

    Answer answer(Throwable failure, RoutingContext context) {
        Problem problem = problems.of(failure);
        log(failure, problem);
        return answer(problem, context);
    }

    /** The answer for a status code that the framework chose without an exception that we know. */
    Answer answer(int status, RoutingContext context) {
        return answer(problems.of(status), context);
    }

    private Answer answer(Problem problem, RoutingContext context) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", ProblemDocument.MEDIA_TYPE);
        headers.put("Cache-Control", "no-store");
        headers.putAll(problem.headers());
        problem.retryAfter().ifPresent(wait -> headers.put(RetryAfter.HEADER, RetryAfter.of(wait)));
        if (problem.status() == ProblemType.METHOD_NOT_ALLOWED.status()) {
            SortedSet<String> allowed = Allow.methodsOf(context.normalizedPath());
            headers.put(Allow.HEADER, String.join(", ", allowed));
        }
        boolean openAi = OpenAiError.isSpokenAt(context.normalizedPath());
        if (openAi) {
            headers.put("Content-Type", "application/json");
            headers.putAll(OpenAiError.headers(problem));
        }
        try {
            return openAi
                    ? new Answer(OpenAiError.status(problem), headers, json.writeValueAsBytes(OpenAiError.of(problem)))
                    : new Answer(
                            problem.status(),
                            headers,
                            json.writeValueAsBytes(ProblemDocument.of(problem, RequestId.of(context))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem of strings and a number is always JSON", e);
        }
    }

    private static boolean isOnlyLate(Problem problem) {
        return problem.type().equals(ProblemType.IMAGE_PENDING.uri());
    }

    private static void log(Throwable failure, Problem problem) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (problem.status() == ProblemType.INTERNAL_ERROR.status()) {
            LOG.error("A request failed for a reason that nobody foresaw", cause);
        } else if (problem.status() > ProblemType.INTERNAL_ERROR.status() && !isOnlyLate(problem)) {
            LOG.errorf("%d %s: %s", problem.status(), problem.title(), cause.getMessage());
        } else if (cause instanceof RejectedException) {
            LOG.infof("%d %s: %s", problem.status(), problem.title(), cause.getMessage());
        } else {
            LOG.debugf("%d %s", problem.status(), problem.title());
        }
    }
}
