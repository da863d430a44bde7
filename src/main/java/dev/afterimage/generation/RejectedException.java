package dev.afterimage.generation;

/** The provider will never draw this: permanent until somebody changes the request or the set-up. Not retried. */
public final class RejectedException extends GenerationException {

    private static final long serialVersionUID = 1L;

    /** Who can mend it. */
    public enum Reason {
        /** The caller: no such template. */
        TEMPLATE,
        /** The caller: the data does not fit the template, or the format is not offered. */
        DATA,
        /** The operator: the API key, the plan, or the address is wrong. */
        ACCESS
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

    public Reason reason() {
        return reason;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
