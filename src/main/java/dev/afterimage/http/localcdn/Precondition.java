package dev.afterimage.http.localcdn;

import dev.afterimage.time.HttpDate;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** What the conditional headers of a request decide, in the order of RFC 9110, section 13.2.2. */
enum Precondition {
    /** Serve the image. */
    PROCEED,
    /** 304: the caller has it. */
    NOT_MODIFIED,
    /** 412: the caller wanted another version. */
    FAILED;

    /**
     * Evaluates the conditional headers against the version that stands.
     *
     * @param header a request header by its name; several lines joined by a comma
     */
    static Precondition of(Function<String, Optional<String>> header, Validators current) {
        Optional<String> ifMatch = header.apply("If-Match");
        boolean asExpected = ifMatch.isPresent()
                ? current.matchStrongly(ifMatch.get())
                : date(header, "If-Unmodified-Since")
                        .map(since -> !current.lastModified().isAfter(since))
                        .orElse(true);
        if (!asExpected) {
            return FAILED;
        }
        Optional<String> ifNoneMatch = header.apply("If-None-Match");
        boolean known = ifNoneMatch.isPresent()
                ? current.matchWeakly(ifNoneMatch.get())
                : date(header, "If-Modified-Since")
                        .map(since -> !current.lastModified().isAfter(since))
                        .orElse(false);
        return known ? NOT_MODIFIED : PROCEED;
    }

    private static Optional<Instant> date(Function<String, Optional<String>> header, String name) {
        return header.apply(name).flatMap(HttpDate::read);
    }
}
