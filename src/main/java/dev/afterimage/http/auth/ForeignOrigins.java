package dev.afterimage.http.auth;

import static dev.afterimage.http.problem.ProblemType.ORIGIN_REFUSED;

import dev.afterimage.http.problem.Problem.ProblemException;
import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses origins that may not call (CORS) with a problem document, where Quarkus' own filter would answer the same 403 with
 * an empty body. Reads the filter's configuration as the filter does; an origin that it cannot judge is left to the filter.
 */
final class ForeignOrigins {

    /** The order of a handler that runs before the filter, at -300. */
    private static final int BEFORE_FILTER = -301;

    void register(
            @Observes Router router,
            @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean enabled,
            @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> origins) {
        List<String> allowed = origins.orElse(List.of());
        if (!enabled || allowed.contains("*")) {
            return;
        }
        List<Pattern> patterns = CORSFilter.parseAllowedOriginsRegex(origins);
        router.route().order(BEFORE_FILTER).handler(context -> {
            String origin = context.request().getHeader(HttpHeaders.ORIGIN);
            if (origin == null
                    || allowed.contains(origin)
                    || CORSFilter.isOriginAllowedByRegex(patterns, origin)
                    || mayBeOurs(context.request(), origin)) {
                context.next();
            } else {
                refuse(context);
            }
        });
    }

    private static void refuse(RoutingContext context) {
        context.fail(ProblemException.of(
                ORIGIN_REFUSED,
                "Scripts of this page's origin may not call this service. Its operator names those that may:"
                        + " quarkus.http.cors.origins."));
    }

    /**
     * Whether the page came from this service, by scheme, host and port. True also where that cannot be told; Quarkus' CORS
     * filter decides then.
     */
    private static boolean mayBeOurs(HttpServerRequest request, String origin) {
        try {
            URI page = URI.create(origin);
            URI ours = URI.create(request.absoluteURI());
            if (page.getHost() == null || ours.getHost() == null) {
                return page.getRawAuthority() != null;
            }
            return ours.getScheme().equals(page.getScheme())
                    && ours.getHost().equalsIgnoreCase(page.getHost())
                    && port(ours) == port(page);
        } catch (IllegalArgumentException unreadable) {
            return true;
        }
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }
}
