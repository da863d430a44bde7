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

/** Serves files of the class path. They are few and small, so that they are read anew for each request. */
final class ClassPathFile {

    private ClassPathFile() {}

    /** Answers GET and HEAD of a path, on a thread that may block. */
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

    /** Sends the bytes; to HEAD only their number. */
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
