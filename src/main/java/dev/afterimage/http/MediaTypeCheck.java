package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.afterimage.http.problem.Problem.ProblemException;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refuses, by its headers, a body that is not of one of the route's media types, or is compressed: decompressed it
 * could be a thousand times larger than the limit, which counts the bytes sent.
 */
public final class MediaTypeCheck implements Handler<RoutingContext> {

    private final List<String> mediaTypes;

    /**
     * The check of one route.
     *
     * @param mediaTypes the media types that pass, in lower case and without parameters
     */
    public MediaTypeCheck(List<String> mediaTypes) {
        this.mediaTypes = List.copyOf(mediaTypes);
    }

    @Override
    public void handle(RoutingContext context) {
        check(context.request().headers()::getAll);
        context.next();
    }

    /**
     * Refuses a body whose headers do not pass.
     *
     * @param headers the values of a header, one for each of its lines, by the header's name in any case
     * @throws ProblemException with what to send instead
     */
    void check(Function<String, List<String>> headers) {
        if (!mediaTypes.contains(essence(first(headers.apply("Content-Type"))))) {
            throw unsupported("Send Content-Type: " + String.join(" or ", mediaTypes) + ", and a body of that type.");
        }
        if (isCompressed(first(headers.apply("Content-Encoding")))) {
            throw unsupported("Send the body uncompressed, without Content-Encoding.");
        }
    }

    private static @Nullable String first(List<String> values) {
        return values.isEmpty() ? null : values.getFirst();
    }

    private static boolean isCompressed(@Nullable String contentEncoding) {
        return contentEncoding != null && !contentEncoding.strip().equalsIgnoreCase("identity");
    }

    /** The media type without parameters; the only one that could matter is charset, and all our types are UTF-8. */
    private static String essence(@Nullable String contentType) {
        return contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static ProblemException unsupported(String detail) {
        return ProblemException.of(UNSUPPORTED_MEDIA_TYPE, detail);
    }
}
