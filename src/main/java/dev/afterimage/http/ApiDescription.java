package dev.afterimage.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Serves META-INF/openapi.yaml, which is written by hand, as it is; and as JSON to those who ask for that. Nothing of it is read
 * before it is asked for.
 */
final class ApiDescription {

    private static final String PATH = "/q/openapi";

    void register(@Observes Router router) {
        serve(router, PATH);
        serve(router, PATH + ".yaml");
        serve(router, PATH + ".yml");
        serve(router, PATH + ".json");
    }

    private static void serve(Router router, String path) {
        router.route(path)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .blockingHandler(ApiDescription::answer, false);
    }

    private static void answer(RoutingContext context) {
        boolean json = wantsJson(context);
        byte[] document = json ? asJson(written()) : written();
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, json ? "application/json" : "application/yaml;charset=UTF-8");
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(document.length));
            response.end();
        } else {
            response.end(Buffer.buffer(document));
        }
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

    private static byte[] written() {
        try (InputStream file = ApiDescription.class.getResourceAsStream("/META-INF/openapi.yaml")) {
            if (file == null) {
                throw new IllegalStateException("This build lacks META-INF/openapi.yaml");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] asJson(byte[] yaml) {
        try {
            return new ObjectMapper().writeValueAsBytes(new YAMLMapper().readTree(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
