package dev.afterimage.redis;

import io.vertx.redis.client.impl.types.ErrorType;

/** Redis works, and refuses what was asked: an unknown script, a wrong type. */
final class RedisRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isNoScript;

    RedisRefusedException(ErrorType refusal) {
        super("Redis refused a command: " + refusal.getMessage(), refusal, false, false);
        isNoScript = refusal.is("NOSCRIPT");
    }

    boolean isNoScript() {
        return isNoScript;
    }
}
