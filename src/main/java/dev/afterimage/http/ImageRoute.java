package dev.afterimage.http;

import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The handlers that a request for a picture passes before {@link ImageResource}, in order: what kind of body it announces,
 * how long and how large it becomes, and whether its picture is known, in which case it goes no further.
 */
final class ImageRoute {

    static final String PATH = "/v1/images";

    /** After {@link BodyLimit} and the framework's own handlers, before the resources. */
    private static final int ORDER = -1;

    void register(@Observes Router router, HttpConfig config, FastPath fastPath) {
        BodyDeadline deadline = new BodyDeadline(config.bodyTimeout());
        router.post(PATH)
                .order(ORDER)
                .handler(new MediaTypeGate(List.of("application/json")))
                .handler(deadline::begin)
                .handler(new BodyGate(BodyLimit.IMAGE_BYTES))
                .handler(deadline::end)
                .handler(context -> answer(context, fastPath));
    }

    private static void answer(RoutingContext context, FastPath fastPath) {
        MultiMap headers = context.request().headers();
        Context own = Vertx.currentContext();
        var unused = fastPath.answer(headers::getAll, BodyGate.bytes(context), () -> root(context))
                .thenAccept(answer -> {
                    // A connection belongs to one event loop; Redis answers on its own.
                    if (own == null || own.equals(Vertx.currentContext())) {
                        end(context, answer);
                    } else {
                        own.runOnContext(there -> end(context, answer));
                    }
                });
    }

    private static void end(RoutingContext context, Optional<FastAnswer> answer) {
        if (answer.isEmpty()) {
            context.next();
            return;
        }
        HttpServerResponse response = context.response();
        if (!response.closed()) {
            answer.get().headers().forEach(header -> response.putHeader(header.name(), header.value()));
            response.end(answer.get().body());
        }
    }

    /** As {@code UriInfo.getBaseUri} has it. */
    private static URI root(RoutingContext context) {
        return URI.create(context.request().scheme() + "://" + context.request().authority() + "/");
    }
}
