package dev.afterimage.limit;

/**
 * Who asks: the authorizer's subject, an API key or a remote address. Never logged and never a metric's tag
 * ({@link #toString()} hides it).
 */
public record Caller(String id) {

    /**
     * The service itself, for catalogues and for promises whose caller has paid its share already. No quota applies. The
     * leading NUL cannot stand in a header, so no caller can pass for it.
     */
    public static final Caller SERVICE = new Caller("\0service");

    @Override
    public String toString() {
        return "Caller[hidden]";
    }
}
