package dev.afterimage.generation;

import java.time.Duration;
import java.time.Instant;

/**
 * The month's budget is spent, or the account at the provider is empty. Not retried before {@link #until()}. Nothing was
 * billed.
 */
public final class OutOfCreditsException extends GenerationException {

    /**
     * The longest wait before the provider is tried again: somebody may buy credits at any time, whatever day the
     * provider named.
     */
    public static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(15);

    private final Instant until;
    private final boolean tenants;

    public OutOfCreditsException(String message, Instant until) {
        this(message, until, false);
    }

    private OutOfCreditsException(String message, Instant until, boolean tenants) {
        super(message, null, Billed.NO);
        this.until = until;
        this.tenants = tenants;
    }

    /** The tenant's budget of the month is spent; other tenants are still served. */
    public static OutOfCreditsException ofTenant(Instant until) {
        return new OutOfCreditsException("the tenant's budget of the month is spent", until, true);
    }

    /** Whether it is the tenant's budget that is spent, and not the account's. */
    public boolean isTenants() {
        return tenants;
    }

    public Instant until() {
        return until;
    }
}
