package dev.afterimage.generation;

import java.time.Duration;

/**
 * The provider refuses the service itself: its API key, its plan or its address is wrong. Only the operator can mend it, and
 * every other request would be refused in the same way. Nothing was billed.
 */
public final class AccessRefusedException extends GenerationException {

    /** How long to wait before the provider is asked again, in case the operator has mended it. */
    public static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(1);

    private static final long serialVersionUID = 1L;

    /**
     * A refusal of the service.
     *
     * @param message how the operator can mend it; for the log, not for the caller
     */
    public AccessRefusedException(String message) {
        super(message, null);
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
