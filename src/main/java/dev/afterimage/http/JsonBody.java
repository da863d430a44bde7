package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.REQUEST_TIMEOUT;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the small JSON body of one {@code POST} route on the event loop. Another media type and an announced length that is
 * too large are refused unread; a body that grows too large or comes too slowly is refused while it comes.
 */
final class JsonBody {

    private static final MediaTypeCheck MEDIA_TYPE = new MediaTypeCheck(List.of("application/json"));

    /** 256 KiB for an image's template and data. */
    static final int MOST_BYTES = 256 * 1024;

    /**
     * After {@link dev.afterimage.http.auth.AccessGate}, and before the framework's own handlers: {@link ImageRoute} needs
     * none of them, and those for authentication, at -200, build a mapper of all routes for each request.
     */
    static final int ORDER = -240;

    private JsonBody() {}

    /**
     * A {@code POST} route whose further handlers find the whole body with {@link #bytes}.
     *
     * @param limit the time from the end of the head to the end of the body. The server's own idle time-out would never
     *     cut off a client that sends a byte now and then
     */
    static Route of(Router router, String path, Duration limit) {
        BodyHandler reader = BodyHandler.create(false).setBodyLimit(MOST_BYTES);
        return router.post(path)
                .order(ORDER)
                .handler(MEDIA_TYPE)
                .handler(context -> {
                    ReceiveDeadline.startBodyLimit(context, limit, () -> cutOff(context, limit));
                    BodyLimit.check(context.request(), MOST_BYTES);
                    reader.handle(context);
                })
                .handler(context -> {
                    if (ReceiveDeadline.endBodyLimit(context)) {
                        context.next();
                    }
                });
    }

    /**
     * Checks a request that has come as a whole.
     *
     * @param headers the values of a header, one for each of its lines, by the header's name in any case
     * @param bytes the length of its body
     * @throws ProblemException with what to send instead
     */
    static void check(Function<String, List<String>> headers, int bytes) {
        MEDIA_TYPE.check(headers);
        if (bytes > MOST_BYTES) {
            throw new ProblemException(Problem.tooLarge(MOST_BYTES));
        }
    }

    /** The body; empty when none was sent. */
    static byte[] bytes(RoutingContext context) {
        Buffer body = context.body().buffer();
        return body == null ? new byte[0] : body.getBytes();
    }

    private static void cutOff(RoutingContext context, Duration limit) {
        context.addEndHandler(answered -> context.request().connection().close());
        context.fail(
                ProblemException.of(REQUEST_TIMEOUT, "Send the whole body within " + limit.toSeconds() + " seconds."));
    }
}
