package dev.afterimage.http;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * Gives a client so long to send a body. The server's own idle time-out never ends one that sends a byte now and then, and
 * keeps the connection for nothing.
 */
final class BodyDeadline {

    private static final String TIMER = BodyDeadline.class.getName();

    private final Duration limit;

    BodyDeadline(Duration limit) {
        this.limit = limit;
    }

    /** The body begins: when it isn't whole in time, the client is told so and cut off. */
    void begin(RoutingContext context) {
        long timer = context.vertx().setTimer(limit.toMillis(), late -> {
            context.addEndHandler(answered -> context.request().connection().close());
            context.fail(new ProblemException(Problem.of(
                    ProblemType.REQUEST_TIMEOUT, "Send the whole body within " + limit.toSeconds() + " seconds.")));
        });
        context.put(TIMER, timer);
        context.addEndHandler(answered -> context.vertx().cancelTimer(timer));
        context.next();
    }

    /** The body is whole; a request that was told before that it is late goes no further. */
    void end(RoutingContext context) {
        Long timer = context.get(TIMER);
        if (timer != null && context.vertx().cancelTimer(timer)) {
            context.next();
        }
    }
}
