package dev.afterimage.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Serves files of the class path, which are few and small and so read anew for each request. */
final class ClassPathFile {

    private ClassPathFile() {}

    /** Has GET and HEAD of a path answered, on a thread that may block. */
    static void serve(Router router, String path, Consumer<RoutingContext> answer) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).blockingHandler(answer::accept, false);
    }

    /** The bytes of a file, which every build has. */
    static byte[] read(String name) {
        try (InputStream file = ClassPathFile.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("This build lacks " + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the bytes; their number only, where the head is asked for. */
    static void send(RoutingContext context, byte[] content) {
        HttpServerResponse response = context.response();
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(content.length));
            response.end();
        } else {
            response.end(Buffer.buffer(content));
        }
    }
}
