package dev.afterimage.http;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets the body of one route in, uncompressed, of a known media type and of bounded size, and reads it on the event loop.
 * What can be refused by its headers is refused unread, the rest as soon as it has grown too large.
 */
final class BodyGate implements Handler<RoutingContext> {

    private final Set<String> mediaTypes;
    private final long maxBytes;
    private final BodyHandler reader;

    /**
     * A gate for one route.
     *
     * @param mediaTypes the media types that pass, in lower case and without parameters
     * @param maxBytes the size of the largest body that passes
     */
    BodyGate(Set<String> mediaTypes, long maxBytes) {
        this.mediaTypes = Set.copyOf(mediaTypes);
        this.maxBytes = maxBytes;
        this.reader = BodyHandler.create(false).setBodyLimit(maxBytes);
    }

    /** The body that a gate has let in; empty when none was sent. */
    static byte[] bytes(RoutingContext context) {
        Buffer body = context.body().buffer();
        return body == null ? new byte[0] : body.getBytes();
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!mediaTypes.contains(essence(request.getHeader(HttpHeaders.CONTENT_TYPE)))) {
            throw unsupported("Send Content-Type: " + String.join(" or ", mediaTypes) + ", and such a body.");
        }
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            throw unsupported("Send the body uncompressed, without Content-Encoding.");
        }
        BodyLimit.check(request, maxBytes);
        reader.handle(context);
    }

    /** The media type without parameters; the only one that could matter is charset, and all our types are UTF-8. */
    private static String essence(@Nullable String contentType) {
        return contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail));
    }
}
