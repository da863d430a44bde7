package dev.afterimage.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.afterimage.http.auth.RouteRoles;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SortedSet;
import java.util.stream.Stream;

/**
 * Serves {@code META-INF/openapi.yaml}, which is written by hand, as it is, or as JSON to those who ask for that. Answers
 * {@code OPTIONS} on a path of the API with that path's methods; the preflight requests of CORS are answered earlier.
 */
final class ApiDescription {

    private static final String PATH = "/q/openapi";

    void register(@Observes Router router) {
        Stream.of("", ".yaml", ".yml", ".json")
                .forEach(ending -> ClassPathFile.serve(router, PATH + ending, ApiDescription::describe));
        router.options("/v1/*").handler(ApiDescription::listMethods);
    }

    private static void describe(RoutingContext context) {
        boolean json = wantsJson(context);
        byte[] yaml = ClassPathFile.read("/META-INF/openapi.yaml");
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, json ? "application/json" : "application/yaml;charset=UTF-8");
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        ClassPathFile.send(context, json ? asJson(yaml) : yaml);
    }

    private static void listMethods(RoutingContext context) {
        SortedSet<String> methods = RouteRoles.methodsOf(context.normalizedPath());
        if (methods.isEmpty()) {
            context.fail(404);
            return;
        }
        context.response()
                .setStatusCode(204)
                .putHeader("Allow", String.join(", ", methods))
                .end();
    }

    private static boolean wantsJson(RoutingContext context) {
        String format = context.request().getParam("format");
        if (format != null) {
            return format.equalsIgnoreCase("json");
        }
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        return context.normalizedPath().equals(PATH)
                ? accept != null && accept.startsWith("application/json")
                : context.normalizedPath().endsWith(".json");
    }

    private static byte[] asJson(byte[] yaml) {
        try {
            return new ObjectMapper().writeValueAsBytes(new YAMLMapper().readTree(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
