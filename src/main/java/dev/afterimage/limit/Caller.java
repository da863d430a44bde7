package dev.afterimage.limit;

/**
 * Who asks: the authorizer's subject, an API key or a remote address. Never logged and never a metric's tag
 * ({@link #toString()} hides it).
 */
public record Caller(String id) {

    /**
     * The service itself, which makes catalogues and refreshes. No quota applies to it. A header cannot contain the
     * leading NUL, so no caller can pass for it.
     */
    public static final Caller SERVICE = new Caller("\0service");

    private static final String PROMISED = "\0promised:";
    private static final String ADDRESS = "address:";

    /** The same caller after its quota was charged, so that it is not charged twice. */
    public Caller promised() {
        return isCharged() ? new Caller(PROMISED + id) : this;
    }

    /** Whether a quota applies. */
    public boolean isCharged() {
        return !id.startsWith("\0");
    }

    /**
     * The name on whose budget the request counts: the one the caller was authenticated with, {@code anonymous}, or
     * {@code service}.
     */
    public String tenant() {
        if (equals(SERVICE)) {
            return "service";
        }
        String who = id.startsWith(PROMISED) ? id.substring(PROMISED.length()) : id;
        return who.startsWith(ADDRESS) ? "anonymous" : who.substring(who.indexOf(':') + 1);
    }

    @Override
    public String toString() {
        return "Caller[hidden]";
    }
}
