package dev.afterimage.limit;

import org.jspecify.annotations.Nullable;

/**
 * The state that the fleet shares (limiter, receipts, leases, budgets, quotas) cannot be reached now. The operation may
 * or may not have been carried out; nothing is bought meanwhile. The message is for the operator and holds no secret.
 */
public class FleetUnavailableException extends RuntimeException {

    public FleetUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
