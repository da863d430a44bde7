package dev.afterimage.redis;

import org.jspecify.annotations.Nullable;

/** Redis cannot be used now: out of reach, too slow, or refusing. The adapters translate it into what their ports say. */
final class RedisUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedisUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
