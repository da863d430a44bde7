package dev.afterimage.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/**
 * Lets the body of one route in when it is of timeLimited size, and reads it on the event loop. What can be refused by its
 * header is refused unread, the rest as soon as it has grown too large.
 */
final class BodyGate implements Handler<RoutingContext> {

    private final long maxBytes;
    private final BodyHandler reader;

    /**
     * A gate for one route.
     *
     * @param maxBytes the size of the largest body that passes
     */
    BodyGate(long maxBytes) {
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
        BodyLimit.check(context.request(), maxBytes);
        reader.handle(context);
    }
}
