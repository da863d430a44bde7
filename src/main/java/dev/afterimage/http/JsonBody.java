package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.REQUEST_TIMEOUT;

import dev.afterimage.http.problem.Problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.List;

/**
 * Reads the small JSON body of one {@code POST} route on the event loop. Another media type and an announced length that is
 * too large are refused unread; a body that grows too large or comes too slowly is refused while it comes.
 */
final class JsonBody {

    static final MediaTypeCheck MEDIA_TYPE = new MediaTypeCheck(List.of("application/json"));

    /** 256 KiB for an image's template and data. */
    static final int MOST_BYTES = 256 * 1024;

    /**
     * After {@link dev.afterimage.http.auth.AccessGate}, and before the framework's own handlers: {@link ImageRoute} needs
     * none of them, and those for authentication, at -200, build a mapper of all routes for each request.
     */
    static final int ORDER = -240;

    private static final String TIMER = JsonBody.class.getName();
    private static final String WHOLE = TIMER + ".whole";

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
                .handler(context -> begin(context, limit))
                .handler(context -> {
                    BodyLimit.check(context.request(), MOST_BYTES);
                    reader.handle(context);
                })
                .handler(JsonBody::end);
    }

    /** The body; empty when none was sent. */
    static byte[] bytes(RoutingContext context) {
        Buffer body = context.body().buffer();
        return body == null ? new byte[0] : body.getBytes();
    }

    /**
     * Sets a timer that answers 408 and closes the connection when the body is not complete in time. Most bodies come
     * together with the head and need no timer, so it is set only after what has arrived is read.
     */
    private static void begin(RoutingContext context, Duration limit) {
        context.vertx().runOnContext(read -> {
            // The request itself says that it has not ended where a resource has paused it since.
            if (context.get(WHOLE) == null && !context.response().ended()) {
                long timer = context.vertx().setTimer(limit.toMillis(), late -> cutOff(context, limit));
                context.put(TIMER, timer);
                context.addEndHandler(answered -> context.vertx().cancelTimer(timer));
            }
        });
        context.next();
    }

    private static void cutOff(RoutingContext context, Duration limit) {
        context.addEndHandler(answered -> context.request().connection().close());
        context.fail(
                ProblemException.of(REQUEST_TIMEOUT, "Send the whole body within " + limit.toSeconds() + " seconds."));
    }

    /** Ends the timer. A request that it has answered goes no further. */
    private static void end(RoutingContext context) {
        context.put(WHOLE, true);
        Long timer = context.get(TIMER);
        if (timer == null || context.vertx().cancelTimer(timer)) {
            context.next();
        }
    }
}
