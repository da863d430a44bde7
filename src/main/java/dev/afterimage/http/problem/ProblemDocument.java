package dev.afterimage.http.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/**
 * A problem as it is sent: the members of RFC 9457, section 3.1, and two of our own.
 *
 * @param pointer the part of the body that is wrong
 * @param requestId what to tell the operator; the same as the {@code X-Request-Id} header
 */
@RegisterForReflection // written by an ObjectMapper, where the native build doesn't see it
@JsonInclude(JsonInclude.Include.NON_NULL)
record ProblemDocument(
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
