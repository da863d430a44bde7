package dev.afterimage.generation;

import java.time.Duration;

/** The permit is no longer good: the call did not leave, nothing was billed, another permit must be taken. */
public class PermitLapsedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    public PermitLapsedException(Duration retryAfter) {
        super("the permit lapsed before the call left", null, false, false);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
