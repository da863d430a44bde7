package dev.afterimage.http.header;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
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
        String id = offered != null && isHarmless(offered) ? offered : fresh();
        context.put(LOG_KEY, id);
        return id;
    }

    /** Whether a client's id is accepted. */
    public static boolean isHarmless(String offered) {
        return HARMLESS.matcher(offered).matches();
    }

    /**
     * A random UUID (RFC 9562, version 4), but not from the secure source of random numbers, which all threads wait for:
     * nobody gains by guessing one.
     */
    private static String fresh() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long version = (random.nextLong() & ~0xF000L) | 0x4000L;
        long variant = (random.nextLong() & (Long.MAX_VALUE >>> 1)) | Long.MIN_VALUE;
        return new UUID(version, variant).toString();
    }
}
