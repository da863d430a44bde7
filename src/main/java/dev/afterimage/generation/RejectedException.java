package dev.afterimage.generation;

/** The provider will never draw this: permanent until somebody changes the request or the template. Not retried. */
public final class RejectedException extends GenerationException {

    private static final long serialVersionUID = 1L;

    /** What the caller has to change. */
    public enum Reason {
        /** There is no such template. */
        TEMPLATE,
        /** The data does not fit the template, or the format is not offered. */
        DATA,
        /** What it shows: the provider's moderation refused it. */
        MODERATED
    }

    private final Reason reason;

    /**
     * A rejection for good.
     *
     * @param message how to mend it; shown to the caller
     */
    public RejectedException(Reason reason, String message) {
        super(message, null);
        this.reason = reason;
    }

    /** What the fleet remembers of an earlier call, in the words of {@link CallSettler#settleFailed}. */
    public static RejectedException remembered(String detail) {
        int space = detail.indexOf(' ');
        return new RejectedException(Reason.valueOf(detail.substring(0, space)), detail.substring(space + 1));
    }

    public Reason reason() {
        return reason;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
