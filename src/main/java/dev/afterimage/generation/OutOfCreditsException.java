package dev.afterimage.generation;

import java.time.Duration;
import java.time.Instant;

/** The month's credits are spent, here or at the provider. Not retried before {@link #until()}. */
public final class OutOfCreditsException extends GenerationException {

    /** Credits can be bought at any time, so no wait for them is longer than this, whatever day was named. */
    public static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(15);

    private static final long serialVersionUID = 1L;

    private final Instant until;
    private final boolean tenants;

    public OutOfCreditsException(String message, Instant until) {
        this(message, until, false);
    }

    private OutOfCreditsException(String message, Instant until, boolean tenants) {
        super(message, null);
        this.until = until;
        this.tenants = tenants;
    }

    /** The month's budget of whoever asks is spent; others go on. */
    public static OutOfCreditsException ofTenant(Instant until) {
        return new OutOfCreditsException("the tenant's budget of the month is spent", until, true);
    }

    /** Whether only this tenant has none left. */
    public boolean isTenants() {
        return tenants;
    }

    public Instant until() {
        return until;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
