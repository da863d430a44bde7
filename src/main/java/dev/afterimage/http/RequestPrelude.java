package dev.afterimage.http;

import dev.afterimage.generation.Drain;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of every request: names it, and sets the headers that an answer has unless a resource says otherwise.
 * Stands before the framework's own handlers, so that their answers have them too.
 */
@Singleton
final class RequestPrelude {

    private final Drain drain;

    @Inject
    RequestPrelude(Drain drain) {
        this.drain = drain;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::begin);
    }

    private void begin(RoutingContext context) {
        String id = RequestId.of(context);
        MDC.put(RequestId.LOG_KEY, id);
        MultiMap headers = context.response().headers();
        StandardHeaders.of(id, context.request().path(), headers::set);
        if (!isUri(context.request().uri())) {
            context.fail(400);
            return;
        }
        if (isAsk(context)) {
            if (drain.hasBegun()) {
                context.fail(new ProblemException(Problem.of(
                                ProblemType.SHUTTING_DOWN,
                                "This instance is being stopped. Ask again; another answers.")
                        .after(Duration.ofSeconds(1))));
                return;
            }
            drain.entered();
            context.addEndHandler(end -> drain.left());
        }
        context.next();
    }

    /** Who waits for an answer about images is answered before the process ends; a stream of events is not. */
    private static boolean isAsk(RoutingContext context) {
        String path = context.request().path();
        return path != null && path.startsWith("/v1/") && !path.endsWith("/events");
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
