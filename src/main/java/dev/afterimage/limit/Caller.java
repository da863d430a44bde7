package dev.afterimage.limit;

/**
 * Who asks: {@code subject:} and the name with which the client was authenticated, or {@code address:} and its remote
 * address. Never logged and never a metric's tag ({@link #toString()} hides it).
 */
public record Caller(String id) {

    /**
     * The service itself, which makes catalogues and refreshes. No quota applies to it. Its id begins with NUL, which no
     * header can contain, so that no caller can pretend to be the service.
     */
    public static final Caller SERVICE = new Caller("\0service");

    private static final String CHARGED = "\0promised:";
    private static final String ADDRESS = "address:";
    private static final String SERVICE_TENANT = "service";
    private static final String ANONYMOUS = "anonymous";

    /**
     * The same caller, marked as one whose quota has been charged for this request, so that it is not charged again.
     */
    public Caller afterCharge() {
        return isToBeCharged() ? new Caller(CHARGED + id) : this;
    }

    /** Whether a quota is yet to be charged: not for the service itself, and not after {@link #afterCharge()}. */
    public boolean isToBeCharged() {
        return !id.startsWith("\0");
    }

    /**
     * The name on whose budget the request counts: the one the caller was authenticated with, {@code anonymous}, or
     * {@code service}. A client that was authenticated with one of these two names counts as {@code subject:} and that name.
     */
    public String tenant() {
        if (equals(SERVICE)) {
            return SERVICE_TENANT;
        }
        String who = id.startsWith(CHARGED) ? id.substring(CHARGED.length()) : id;
        if (who.startsWith(ADDRESS)) {
            return ANONYMOUS;
        }
        String name = who.substring(who.indexOf(':') + 1);
        return name.equals(SERVICE_TENANT) || name.equals(ANONYMOUS) ? who : name;
    }

    @Override
    public String toString() {
        return "Caller[hidden]";
    }
}
