package dev.afterimage.http.header;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A response with its whole body, for whatever is to send it: Vert.x, Quarkus REST or a Lambda function.
 *
 * @param headers in the order in which they are sent; not copied, so the map must not be changed any more
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HttpResponse(int status, Map<String, String> headers, byte[] body) {

    public HttpResponse {
        headers = Collections.unmodifiableMap(headers);
    }

    /** The same with one more header. */
    public HttpResponse with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpResponse(status, more, body);
    }

    /**
     * The field value of {@code Retry-After} (RFC 9110, section 10.2.3) in whole seconds, rounded up so that nobody comes too
     * early; at least one.
     */
    public static String retryAfter(Duration wait) {
        return Long.toString(Math.max(1, wait.plusNanos(999_999_999).toSeconds()));
    }

    /** Whether it is too late for a response, as when the client went away while it sent its request. */
    public static boolean isTooLate(RoutingContext context) {
        HttpServerResponse response = context.response();
        return response.headWritten() || response.closed();
    }

    /** Sends it, unless that is too late. */
    public void send(RoutingContext context) {
        if (isTooLate(context)) {
            return;
        }
        HttpServerResponse response = context.response();
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        response.end(Buffer.buffer(body));
    }

    /** The same as a resource of Quarkus REST returns it. */
    public Response toRest() {
        Response.ResponseBuilder response = Response.status(status);
        if (body.length > 0) {
            response.entity(body);
        }
        headers.forEach(response::header);
        return response.build();
    }
}
