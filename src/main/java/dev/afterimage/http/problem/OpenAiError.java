package dev.afterimage.http.problem;

import static dev.afterimage.http.problem.ProblemType.NOT_AN_IMAGE;
import static dev.afterimage.http.problem.ProblemType.OUTCOME_UNKNOWN;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A problem in the form of OpenAI's API ("Error codes" in its guides), for the path that speaks it.
 *
 * @param error what went wrong
 */
@RegisterForReflection(targets = {OpenAiError.class, OpenAiError.Detail.class})
public record OpenAiError(Detail error) {

    public static final String PATH = "/v1/images/generations";

    /** The longest wait that OpenAI's clients accept: they take a longer one for a mistake, and ask again at once. */
    public static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private static final int TOO_MANY_REQUESTS = 429;

    private static final Set<String> MAY_COST_AGAIN = Set.of(NOT_AN_IMAGE.uri(), OUTCOME_UNKNOWN.uri());

    /**
     * What went wrong.
     *
     * @param type what kind of error it is
     * @param param the member of the body that is wrong, where there is one
     * @param code the last part of the problem's type, with underscores
     */
    record Detail(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}

    static boolean isSpokenAt(@Nullable String path) {
        return PATH.equals(path);
    }

    /** 429 for an image that is not ready, because OpenAI's clients repeat such a request after the wait. */
    static int status(Problem problem) {
        return problem.isLate() ? TOO_MANY_REQUESTS : problem.status();
    }

    /**
     * Tells the clients whether to repeat the request: only where the problem names a wait that they accept, and never where a
     * repetition may be billed again, which only their user may decide.
     */
    static Map<String, String> headers(Problem problem) {
        boolean repeat = !MAY_COST_AGAIN.contains(problem.type())
                && problem.retryAfter()
                        .filter(after -> after.compareTo(LONGEST_WAIT) <= 0)
                        .isPresent();
        return Map.of("x-should-retry", Boolean.toString(repeat));
    }

    static OpenAiError of(Problem problem) {
        String slug = problem.slug();
        Optional<String> param =
                problem.pointer().filter(pointer -> pointer.length() > 2).map(pointer -> pointer.substring(2));
        return new OpenAiError(new Detail(
                problem.detail(),
                type(status(problem)),
                param.map(name -> name.equals("template") ? "model" : name).orElse(null),
                slug.equals("about:blank") ? null : slug.replace('-', '_')));
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case TOO_MANY_REQUESTS -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }
}
