package dev.afterimage.http;

import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.vertx.VertxInputStream;

/**
 * Limits how large a body may be. A batch, which is read as a stream, and a provider's webhook, which is not read, may have
 * {@code quarkus.http.limits.max-body-size}; all others 256 KiB.
 */
public final class BodyLimit {

    /**
     * The most bytes of a refused body that are read and dropped before the client is cut off: 10 MiB. For a batch the size
     * that a batch may have is added.
     */
    private static final long MOST_DISCARDED = 10 << 20;

    /** The order of a handler that runs before the framework's own check, at -2, which answers with an empty body. */
    private static final int BEFORE_FRAMEWORK = -3;

    private static final int AFTER_FRAMEWORK = -1;

    /**
     * The order of a handler that runs before all that refuse a request without reading its body: the checks of a page's
     * origin, and {@link dev.afterimage.http.auth.AccessGate}.
     */
    private static final int BEFORE_REFUSALS = -310;

    void register(
            @Observes Router router, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize batches) {
        long batchBytes = batches.asLongValue();
        router.route().order(BEFORE_REFUSALS).handler(context -> {
            if (hasBody(context.request())) {
                long most = MOST_DISCARDED + (isBatch(context) ? batchBytes : 0);
                context.addEndHandler(answered -> discard(context.request(), most));
            }
            context.next();
        });
        router.route().order(BEFORE_FRAMEWORK).handler(context -> {
            // A provider's webhook may be longer, because its body is not read.
            if (!context.normalizedPath().startsWith(ProviderWebhooks.PATH)) {
                check(context.request(), isBatch(context) ? batchBytes : JsonBody.MOST_BYTES);
            }
            context.next();
        });
        router.route().order(AFTER_FRAMEWORK).handler(context -> {
            if (isBatch(context)) {
                // With this limit the framework would end a batch that is too large with an empty 413; stream() ends
                // it with a problem document.
                context.remove(VertxInputStream.MAX_REQUEST_SIZE_KEY);
            }
            context.next();
        });
    }

    /**
     * Limits a body that is read as a stream: a read fails with the problem {@code body-too-large} once more than
     * {@code limit} bytes have come. Closing the stream does nothing. Closing {@code body} would read it to its end, but an
     * upload that is refused half-way is answered at once; what its client still sends is dropped after the answer.
     */
    public static InputStream stream(InputStream body, MemorySize limit) {
        long maxBytes = limit.asLongValue();
        return new FilterInputStream(body) {
            private long read;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int count = super.read(into, from, length);
                read += Math.max(0, count);
                if (read > maxBytes) {
                    throw new ProblemException(Problem.tooLarge(maxBytes));
                }
                return count;
            }

            @Override
            public void close() {}
        };
    }

    private static boolean isBatch(RoutingContext context) {
        return "/v1/batches".equals(context.normalizedPath());
    }

    /** Whether the client sends a body, by the headers that frame it (RFC 9112, section 6). */
    private static boolean hasBody(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    /**
     * Reads and drops what the client still sends of a body that was answered unread, because a client that is cut off may
     * never read the answer, and because its next request comes on the same connection. Gives up after the limit.
     */
    private static void discard(HttpServerRequest request, long maxBytes) {
        if (request.isEnded() || request.response().closed()) {
            return;
        }
        request.handler(chunk -> {
            if (request.bytesRead() > maxBytes) {
                request.connection().close();
            }
        });
        request.resume();
    }

    /** Refuses a body whose {@code Content-Length} is more than {@code maxBytes}. */
    static void check(HttpServerRequest request, long maxBytes) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > maxBytes) {
            throw new ProblemException(Problem.tooLarge(maxBytes));
        }
    }
}
