package dev.afterimage.generation;

import java.time.Duration;

/**
 * The provider refuses the service itself: its API key, its plan or its address. Only the operator can mend it, and every
 * other request would be refused in the same way. Nothing was billed.
 */
public final class AccessRefusedException extends GenerationException {

    /** The wait before the provider is tried again, in case the operator has mended the cause. */
    public static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(1);

    private final Duration retryAfter;

    /**
     * A refusal of the service.
     *
     * @param message how the operator can mend it; for the log, not for the caller
     */
    public AccessRefusedException(String message) {
        this(message, ASKED_AGAIN_AFTER);
    }

    private AccessRefusedException(String message, Duration retryAfter) {
        super(message, null, Billed.NO);
        this.retryAfter = retryAfter;
    }

    /** The provider refused the service a moment ago; now it was not called. */
    static AccessRefusedException remembered(Duration retryAfter) {
        return new AccessRefusedException("the provider refused the service's key a moment ago", retryAfter);
    }

    /** The wait until the provider is tried again. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
