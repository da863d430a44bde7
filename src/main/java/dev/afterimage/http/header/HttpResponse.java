package dev.afterimage.http.header;

import jakarta.ws.rs.core.Response;
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
