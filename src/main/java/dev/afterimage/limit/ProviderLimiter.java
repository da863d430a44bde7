package dev.afterimage.limit;

import java.time.Duration;

/**
 * Port: the one limiter of the whole fleet. It never waits; it answers at once, and {@link PermitGate} does the waiting.
 *
 * <h2>The window</h2>
 *
 * The limiter owns as many <em>slots</em> as the provider allows calls in a window. A slot serves one call at a time and
 * is free again one {@linkplain Limits#slotTime() slot time} after that call left. Any two calls of one slot are therefore
 * at least a window apart, so any window holds at most one call of each slot: never more calls than slots. That holds for
 * every sliding window, whatever the order in which slots are used.
 *
 * <p>{@link #acquire} reserves the slot that is free first, and says when the call may start. {@link #depart} is called
 * right before the request is written; it stamps the slot with the true time of departure, so that a slow connection set-up
 * cannot push two calls together, and it refuses a permit whose slot has lapsed or that a cool-down has overtaken.
 *
 * <h2>Calls in flight</h2>
 *
 * A place in flight is held from {@link #acquire} to {@link #release}; a dead holder's place comes back after
 * {@link Limits#longestCall()}.
 *
 * <p>The bulk lane passes a second, smaller window and a second, smaller count of places, which keeps the rest of both for
 * the interactive lane.
 */
public interface ProviderLimiter {

    /**
     * Reserves the next free slot for this lane, if it is free within {@code patience}.
     *
     * @param patience how far ahead a start is worth having; zero means now or not at all
     */
    Permit acquire(Lane lane, Duration patience);

    /**
     * To be called when the request is about to be written.
     *
     * @return the permit, stamped, when the call may leave now; denied (with its slot given back) when a cool-down began
     *     meanwhile, or when the holder came so late that its slot may serve another
     */
    Permit depart(Permit.Granted permit);

    /** The call has ended, or never left: gives the place in flight back, and the slot too when it never left. */
    void release(Permit.Granted permit);

    /** Pauses the whole fleet for {@code wait} from now; of two pauses the one that ends later counts. */
    void coolDown(Duration wait);

    LimiterStatus status();
}
