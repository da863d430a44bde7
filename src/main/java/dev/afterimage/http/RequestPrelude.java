package dev.afterimage.http;

import dev.afterimage.http.header.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of every request: names it, and sets the headers that an answer has unless a resource says otherwise.
 * Stands before the framework's own handlers, so that their answers have them too.
 */
final class RequestPrelude {

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(RequestPrelude::begin);
    }

    private static void begin(RoutingContext context) {
        String id = RequestId.of(context);
        MDC.put(RequestId.LOG_KEY, id);
        // At the end, because Quarkus REST adds a resource's Cache-Control to one that is there.
        context.addHeadersEndHandler(sent -> setMissing(context, id));
        if (!isUri(context.request().uri())) {
            context.fail(400);
            return;
        }
        context.next();
    }

    private static void setMissing(RoutingContext context, String id) {
        MultiMap headers = context.response().headers();
        StandardHeaders.of(id, context.request().path(), (name, value) -> {
            if (!headers.contains(name)) {
                headers.set(name, value);
            }
        });
    }

    private static boolean isUri(@Nullable String uri) {
        try {
            new URI(String.valueOf(uri));
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
