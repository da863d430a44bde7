package dev.afterimage.http;

import dev.afterimage.http.header.Allow;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import java.util.SortedSet;

/** {@code OPTIONS} on an API path: 204 and the methods that exactly this path offers. CORS has its own, earlier answer. */
final class OptionsRoute {

    void register(@Observes Router router) {
        router.options("/v1/*").handler(context -> {
            SortedSet<String> methods = Allow.methodsOf(context.normalizedPath());
            if (methods.isEmpty()) {
                context.next();
                return;
            }
            context.response()
                    .setStatusCode(204)
                    .putHeader(Allow.HEADER, String.join(", ", methods))
                    .end();
        });
    }
}
