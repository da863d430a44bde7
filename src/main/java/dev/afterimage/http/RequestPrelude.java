package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.SHUTTING_DOWN;

import dev.afterimage.http.header.RequestId;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.pipeline.Drain;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of every request: gives it an id, and sets the headers that every answer has unless a resource sets
 * them itself. It stands before the framework's own handlers, so that their answers have them too.
 */
@Singleton
final class RequestPrelude {

    /**
     * The header with the id that load balancers, API Gateway and Lambda give a request, so that one search finds it in
     * all logs.
     */
    private static final String TRACE_HEADER = "X-Amzn-Trace-Id";

    /** The key of that id in log lines (MDC). */
    private static final String TRACE_KEY = "traceId";

    private static final Pattern TRACE = Pattern.compile("[A-Za-z0-9=;:.-]{1,200}");

    private final Drain drain;
    private final boolean cors;

    RequestPrelude(
            Drain drain, @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean cors) {
        this.drain = drain;
        this.cors = cors;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::begin);
    }

    private void begin(RoutingContext context) {
        String id = RequestId.of(context);
        MDC.put(RequestId.LOG_KEY, id);
        String trace = context.request().getHeader(TRACE_HEADER);
        if (trace != null && TRACE.matcher(trace).matches()) {
            MDC.put(TRACE_KEY, trace);
        }
        // At the end, because Quarkus REST adds a resource's Cache-Control to one that is there.
        context.addHeadersEndHandler(sent -> setMissing(context, id));
        if (!isUri(context.request().uri())) {
            context.fail(400);
            return;
        }
        if (!isUnambiguous(context.request().headers())) {
            // A client or proxy that takes another byte for the end of this request must not send a second one here.
            context.addEndHandler(answered -> context.request().connection().close());
            context.fail(400);
            return;
        }
        if (isWaitedFor(context)) {
            if (drain.hasBegun()) {
                context.fail(new ProblemException(
                        Problem.of(SHUTTING_DOWN, "This instance is being stopped. Ask again; another answers.")
                                .after(Duration.ofSeconds(1))));
                return;
            }
            drain.entered();
            context.addEndHandler(end -> drain.left());
        }
        context.next();
    }

    /**
     * Whether the headers name at most one host and say in only one way where the body ends (RFC 9112, sections 3.2 and
     * 6.1). The only transfer coding that is accepted is chunked.
     */
    private static boolean isUnambiguous(MultiMap headers) {
        List<String> codings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
        return headers.getAll(HttpHeaders.HOST).size() <= 1
                && (codings.isEmpty()
                        || (codings.size() == 1 && codings.getFirst().strip().equalsIgnoreCase("chunked")));
    }

    private void setMissing(RoutingContext context, String id) {
        MultiMap headers = context.response().headers();
        if (cors) {
            // Quarkus' CORS filter names the request's origin in its answer, but leaves out the Vary that this calls
            // for.
            headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        }
        StandardHeaders.of(id, context.request().path(), (name, value) -> {
            if (!headers.contains(name)) {
                headers.set(name, value);
            }
        });
    }

    /** Whether a drain waits for this request's answer. A stream of events may be cut off. */
    private static boolean isWaitedFor(RoutingContext context) {
        String path = context.request().path();
        return path != null && (path.startsWith("/v1/") || path.startsWith("/i/")) && !path.endsWith("/events");
    }

    private static boolean isUri(@Nullable String uri) {
        try {
            new URI(String.valueOf(uri));
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /**
     * Moves the check for malformed URIs from Quarkus to this class. Quarkus checks in front of its router, where its
     * bare 400 cannot become a problem document, and the only switch is a system property that it reads when its HTTP
     * classes are loaded. Building the configuration is the only step that comes before that in every mode: jar, dev,
     * test, native.
     */
    public static final class UriValidation implements SmallRyeConfigBuilderCustomizer {

        @Override
        public void configBuilder(SmallRyeConfigBuilder builder) {
            System.setProperty("vertx.disableURIValidation", "true");
        }
    }
}
