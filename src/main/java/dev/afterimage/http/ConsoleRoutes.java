package dev.afterimage.http;

import io.smallrye.config.ConfigMapping;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The console: a page at {@code /} to try the service out and to see what it does. It consists of files in
 * {@code /console} of the class path, and uses the public API like any other client.
 */
@Singleton
public final class ConsoleRoutes {

    /**
     * Allows only files of this service, and nothing inline. Images may come from any host, because their URLs may name a
     * CDN, the store, the host of request links or that of a placeholder, which are set in several places, and an image runs
     * no script.
     */
    private static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src http: https:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'");

    private final ConsoleSwitch console;

    ConsoleRoutes(ConsoleSwitch console) {
        this.console = console;
    }

    void register(@Observes Router router) {
        if (console.on()) {
            // Only at this path: the page refers to its files by relative paths ("console/…"), which would be wrong in
            // another folder.
            ClassPathFile.serve(router, "/", context -> send(ConsoleFile.PAGE, context));
            ConsoleFile.PARTS.forEach(
                    file -> ClassPathFile.serve(router, "/console/" + file.name(), context -> send(file, context)));
        }
    }

    private void send(ConsoleFile file, RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType());
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        response.putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        response.putHeader("Referrer-Policy", "no-referrer");
        response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
        ClassPathFile.send(context, ClassPathFile.read("/console/" + file.name()));
    }

    /**
     * One file of the console.
     *
     * @param name its name in {@code /console} of the class path
     * @param contentType its media type
     */
    record ConsoleFile(String name, String contentType) {

        /** The page itself. */
        static final ConsoleFile PAGE = new ConsoleFile("index.html", "text/html; charset=utf-8");

        /** What the page refers to. Listed, so that a path can name nothing else. */
        static final List<ConsoleFile> PARTS = Stream.concat(
                        Stream.of(
                                new ConsoleFile("console.css", "text/css; charset=utf-8"),
                                new ConsoleFile("icon.svg", "image/svg+xml")),
                        Stream.of("theme main page api tabs examples ask links operate live chart stampede catalogue"
                                        .split(" "))
                                .map(name -> new ConsoleFile(name + ".js", "text/javascript; charset=utf-8")))
                .toList();
    }

    /**
     * Whether the console exists in this process. Where it does not, its paths are unknown like any other.
     *
     * @param on decided once, at start
     */
    public record ConsoleSwitch(boolean on) {}

    /** Whether there is a console. */
    @ConfigMapping(prefix = "afterimage.console")
    public interface ConsoleConfig {

        /**
         * Whether there is a console. Left out, there is one with the {@code local} back end only, and only where
         * {@code afterimage.auth.mode} is {@code none}: with keys, the page itself needs one with the role operate, and a
         * browser by itself sends none. Whoever reaches the page can spend credits with a click, as whoever reaches the API can.
         */
        Optional<Boolean> enabled();
    }
}
