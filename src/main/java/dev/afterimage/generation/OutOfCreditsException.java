package dev.afterimage.generation;

import java.time.Duration;
import java.time.Instant;

/** The month's credits are spent, here or at the provider. Not retried before {@link #until()}. */
public final class OutOfCreditsException extends GenerationException {

    /** Credits can be bought at any time, so no wait for them is longer than this, whatever day was named. */
    public static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(15);

    private static final long serialVersionUID = 1L;

    private final Instant until;

    public OutOfCreditsException(String message, Instant until) {
        super(message, null);
        this.until = until;
    }

    public Instant until() {
        return until;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
