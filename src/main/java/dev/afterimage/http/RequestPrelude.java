package dev.afterimage.http;

import dev.afterimage.http.header.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of every request: names it, and sets the headers that an answer has unless a resource says otherwise.
 * Stands before the framework's own handlers, so that their answers have them too.
 */
final class RequestPrelude {

    /** What load balancers, API Gateway and Lambda name a request, so that one search finds its lines in all their logs. */
    private static final String TRACE_HEADER = "X-Amzn-Trace-Id";

    /** Under which log lines carry it (MDC). */
    private static final String TRACE_KEY = "traceId";

    private static final Pattern TRACE = Pattern.compile("[A-Za-z0-9=;:.-]{1,200}");

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(RequestPrelude::begin);
    }

    private static void begin(RoutingContext context) {
        String id = RequestId.of(context);
        MDC.put(RequestId.LOG_KEY, id);
        String trace = context.request().getHeader(TRACE_HEADER);
        if (trace != null && TRACE.matcher(trace).matches()) {
            MDC.put(TRACE_KEY, trace);
        }
        MultiMap headers = context.response().headers();
        StandardHeaders.of(id, context.request().path(), headers::set);
        if (!isUri(context.request().uri())) {
            context.fail(400);
            return;
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
