package dev.afterimage.http;

import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import io.vertx.core.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The headers that an answer has unless a resource says otherwise. */
final class StandardHeaders {

    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized(RequestId.HEADER);
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("Cache-Control");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    private StandardHeaders() {}

    /** The response with the standard headers that it lacks, as the answer to a request for {@code path}. */
    static HttpResponse in(HttpResponse response, String requestId, String path) {
        Map<String, String> headers = new LinkedHashMap<>(response.headers());
        of(requestId, path, (name, value) -> headers.putIfAbsent(name.toString(), value.toString()));
        return new HttpResponse(response.status(), headers, response.body());
    }

    /** Sets the standard headers of the answer to a request for {@code path}. */
    static void of(String requestId, @Nullable String path, BiConsumer<CharSequence, CharSequence> set) {
        set.accept(REQUEST_ID, requestId);
        set.accept(CONTENT_TYPE_OPTIONS, NOSNIFF);
        if (path != null && (path.startsWith("/v1/") || path.startsWith("/i/"))) {
            // Signed URLs and current numbers are for the client that asked, and not for caches.
            set.accept(CACHE_CONTROL, NO_STORE);
        }
    }
}
