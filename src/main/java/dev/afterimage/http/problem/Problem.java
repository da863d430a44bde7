package dev.afterimage.http.problem;

import static dev.afterimage.http.problem.ProblemType.BODY_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.BUSY;
import static dev.afterimage.http.problem.ProblemType.IMAGE_PENDING;
import static dev.afterimage.http.problem.ProblemType.SHUTTING_DOWN;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that went wrong with one request.
 *
 * @param type the {@code type} URI
 * @param title what kind of problem it is; the same for every occurrence of the type
 * @param status the HTTP status code
 * @param detail how to mend it, in full sentences; holds no secret, and no data value except where it quotes the
 *     provider's reason
 * @param pointer the part of the body that is wrong, as an RFC 6901 JSON pointer in URI fragment form, such as {@code #/data}
 * @param retryAfter when asking again, unchanged, may help
 * @param headers what else the status asks for, such as {@code Content-Range} beside 416
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        Optional<String> pointer,
        Optional<Duration> retryAfter,
        Map<String, String> headers) {

    public Problem {
        headers = Map.copyOf(headers);
    }

    public static Problem of(ProblemType type, String detail) {
        return bare(type.uri(), type.title(), type.status(), detail);
    }

    /** The body has more bytes than may be sent there. */
    public static Problem tooLarge(long maxBytes) {
        return of(BODY_TOO_LARGE, "Send at most " + maxBytes + " bytes; refer to large content by its URL.");
    }

    /** What a bare status code says by itself: RFC 9457, section 4.2.1. */
    static Problem ofStatus(int status, String reason) {
        return bare(
                "about:blank", reason, status, "The request was refused before it reached the API: " + reason + ".");
    }

    private static Problem bare(String type, String title, int status, String detail) {
        return new Problem(type, title, status, detail, Optional.empty(), Optional.empty(), Map.of());
    }

    /** The last part of the type, such as {@code not-found}; {@code about:blank} where there is only a status. */
    String slug() {
        return type.substring(type.lastIndexOf('/') + 1);
    }

    /** Whether all that is wrong is that the image is not made yet. */
    boolean isLate() {
        return type.equals(IMAGE_PENDING.uri());
    }

    /** Whether it belongs to ordinary operation and is no error: an image that is not made yet, a full or stopping instance. */
    boolean isOrdinary() {
        return isLate() || type.equals(BUSY.uri()) || type.equals(SHUTTING_DOWN.uri());
    }

    public Problem withHeader(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Problem(type, title, status, detail, pointer, retryAfter, more);
    }

    Problem at(String newPointer) {
        return new Problem(type, title, status, detail, Optional.of(newPointer), retryAfter, headers);
    }

    public Problem after(Duration wait) {
        return new Problem(type, title, status, detail, pointer, Optional.of(wait), headers);
    }

    /** Ends a request with a problem that the HTTP edge itself found. */
    public static class ProblemException extends RuntimeException {

        private final transient Problem problem;

        /**
         * A problem without further members.
         *
         * @param detail how to mend it, in full sentences; holds no secret, and no data value except where it quotes the
         *     provider's reason
         */
        public static ProblemException of(ProblemType type, String detail) {
            return new ProblemException(Problem.of(type, detail));
        }

        public ProblemException(Problem problem) {
            super(problem.title(), null, false, false);
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }
}
