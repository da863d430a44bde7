package dev.afterimage.limit;

/**
 * Who asks: the authorizer's subject, an API key or a remote address. Never logged and never a metric's tag
 * ({@link #toString()} hides it).
 */
public record Caller(String id) {

    @Override
    public String toString() {
        return "Caller[hidden]";
    }
}
