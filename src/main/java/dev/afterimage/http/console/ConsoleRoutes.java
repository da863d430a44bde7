package dev.afterimage.http.console;

import dev.afterimage.delivery.DeliveryConfig;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;

/** Serves the console's files, if there is to be a console. */
@Singleton
final class ConsoleRoutes {

    private final ConsoleSwitch console;
    private final String contentSecurityPolicy;

    @Inject
    ConsoleRoutes(ConsoleSwitch console, DeliveryConfig delivery) {
        this.console = console;
        this.contentSecurityPolicy = contentSecurityPolicy(delivery.baseUrl());
    }

    void register(@Observes Router router) {
        if (!console.on()) {
            return;
        }
        serve(router, "/", ConsoleFile.PAGE);
        ConsoleFile.PARTS.forEach(file -> serve(router, "/console/" + file.name(), file));
    }

    private void serve(Router router, String path, ConsoleFile file) {
        // Exactly this path: a trailing slash would move what the page refers to relatively.
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).blockingHandler(send(file), false);
    }

    private Handler<RoutingContext> send(ConsoleFile file) {
        return context -> {
            byte[] content = file.content();
            HttpServerResponse response = context.response();
            response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType());
            response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
            response.putHeader("Content-Security-Policy", contentSecurityPolicy);
            response.putHeader("Referrer-Policy", "no-referrer");
            response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
            if (context.request().method().equals(HttpMethod.HEAD)) {
                response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(content.length));
                response.end();
            } else {
                response.end(Buffer.buffer(content));
            }
        };
    }

    /** Nothing but what this service serves; images also from the CDN, where there is one. No script or style inline. */
    private static String contentSecurityPolicy(Optional<URI> cdn) {
        String images = cdn.map(uri -> "'self' " + uri.getScheme() + "://" + uri.getRawAuthority())
                .orElse("'self'");
        return String.join(
                "; ",
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                "img-src " + images,
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'");
    }
}
