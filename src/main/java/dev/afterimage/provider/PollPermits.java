package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.PermitAcquirer;
import dev.afterimage.generation.PermitLapsedException;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;

/** Permission to poll, for providers that count polls as calls: a poll takes a start of its own. */
@FunctionalInterface
interface PollPermits {

    /** For providers that don't count them. */
    PollPermits FREE = attempt -> {};

    /**
     * Returns when the poll may leave.
     *
     * @throws UnavailableException when it may not leave now, or the caller was cancelled
     */
    void await(Attempt attempt);

    static PollPermits of(PermitAcquirer gate, CallSettler settler) {
        return attempt -> {
            try {
                Permit.Granted permit = gate.await(attempt.lane(), attempt.deadline());
                try {
                    settler.settleUnbilled(gate.depart(permit, Purchase.ofNothing(permit.token()))
                            .call());
                } finally {
                    gate.release(permit);
                }
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
                throw new UnavailableException("cancelled before the poll left", cancelled);
            } catch (GenerationException | PermitLapsedException | LimiterUnavailableException notNow) {
                // The call that is polled for has left long ago: what stands against another one says nothing of it.
                throw new UnavailableException("no permit to poll", notNow);
            }
        };
    }
}
