package dev.afterimage.http.header;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The name of one request in headers, logs and problem documents: the client's {@code X-Request-Id} when it is harmless in
 * all three, else a new one.
 */
public final class RequestId {

    public static final String HEADER = "X-Request-Id";

    /** The key under which log lines carry it (MDC). */
    public static final String LOG_KEY = "requestId";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /** The id of this request; the same on every call. */
    public static String of(RoutingContext context) {
        String known = context.get(LOG_KEY);
        if (known != null) {
            return known;
        }
        String offered = context.request().getHeader(HEADER);
        String id = offered != null && HARMLESS.matcher(offered).matches()
                ? offered
                : UUID.randomUUID().toString();
        context.put(LOG_KEY, id);
        return id;
    }
}
