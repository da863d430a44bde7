package dev.afterimage.http;

import dev.afterimage.http.header.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
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

    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(RequestPrelude::begin);
    }

    private static void begin(RoutingContext context) {
        String id = RequestId.of(context);
        MDC.put(RequestId.LOG_KEY, id);
        MultiMap headers = context.response().headers();
        headers.set(RequestId.HEADER, id);
        headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
        if (!isUri(context.request().uri())) {
            context.fail(400);
            return;
        }
        String path = context.request().path();
        if (path != null && path.startsWith("/v1/")) {
            // Signed URLs and numbers of the moment: for the one who asked, and for now.
            headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
        }
        context.next();
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
