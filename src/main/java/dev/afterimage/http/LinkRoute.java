package dev.afterimage.http;

import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import java.util.List;

/** What the body of a request for a link passes before {@link LinkResource}: its kind, its time and its size. */
final class LinkRoute {

    /** After {@link BodyLimit} and the framework's own handlers, before the resources. */
    private static final int ORDER = -1;

    void register(@Observes Router router, HttpConfig config) {
        BodyDeadline deadline = new BodyDeadline(config.bodyTimeout());
        router.post("/v1/links")
                .order(ORDER)
                .handler(new MediaTypeGate(List.of("application/json")))
                .handler(deadline::begin)
                .handler(new BodyGate(BodyLimit.IMAGE_BYTES))
                .handler(deadline::end);
    }
}
