package dev.afterimage.redis;

/** Redis works and does not know the script; it must be sent along. */
final class NoScriptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoScriptException() {
        super("Redis does not know the script", null, false, false);
    }
}
