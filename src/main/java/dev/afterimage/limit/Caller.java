package dev.afterimage.limit;

/**
 * Who asks: the authorizer's subject, an API key or a remote address. Never logged and never a metric's tag
 * ({@link #toString()} hides it).
 */
public record Caller(String id) {

    /**
     * The queue itself: its jobs were counted when they were accepted. No header and no address can spell this id, because
     * it holds a control character.
     */
    public static final Caller QUEUE = new Caller("\u0000queue");

    @Override
    public String toString() {
        return "Caller[hidden]";
    }
}
