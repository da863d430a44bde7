package dev.afterimage.http.header;

import java.time.Duration;

/** The {@code Retry-After} response header (RFC 9110, section 10.2.3) in its form of whole seconds. */
public final class RetryAfter {

    public static final String HEADER = "Retry-After";

    private RetryAfter() {}

    /** The wait, rounded up so that nobody comes too early; at least a second. */
    public static String of(Duration wait) {
        return Long.toString(Math.max(1, wait.plusNanos(999_999_999).toSeconds()));
    }
}
