package dev.afterimage.http.problem;

import java.time.Duration;
import java.util.Optional;

/**
 * One thing that went wrong with one request.
 *
 * @param type the {@code type} URI
 * @param title what kind of problem it is; the same for every occurrence of the type
 * @param status the HTTP status code
 * @param detail how to mend it, in full sentences; never repeats data values, and no secret
 * @param pointer the part of the body that is wrong, as an RFC 6901 JSON pointer in URI fragment form, such as {@code #/data}
 * @param retryAfter when asking again, unchanged, may help
 */
public record Problem(
        String type, String title, int status, String detail, Optional<String> pointer, Optional<Duration> retryAfter) {

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type.uri(), type.title(), type.status(), detail, Optional.empty(), Optional.empty());
    }

    /** The body has more bytes than may be sent there. */
    public static Problem tooLarge(long maxBytes) {
        return of(
                ProblemType.BODY_TOO_LARGE, "Send at most " + maxBytes + " bytes; refer to large content by its URL.");
    }

    /** What a bare status code says by itself: RFC 9457, section 4.2.1. */
    static Problem ofStatus(int status, String reason) {
        return new Problem(
                "about:blank",
                reason,
                status,
                "The request was refused before it reached the API: " + reason + ".",
                Optional.empty(),
                Optional.empty());
    }

    Problem at(String newPointer) {
        return new Problem(type, title, status, detail, Optional.of(newPointer), retryAfter);
    }

    Problem after(Duration wait) {
        return new Problem(type, title, status, detail, pointer, Optional.of(wait));
    }
}
