package dev.afterimage.generation;

import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;
import java.time.Instant;

/**
 * The circumstances of one call at the provider.
 *
 * @param lane who waits for it
 * @param deadline no wait may be slept that ends after it
 * @param departure what an adapter runs right before it writes the request
 */
public record Attempt(Lane lane, Deadline deadline, Departure departure) {

    /** An attempt whose departure nobody has to be told of. */
    public static Attempt of(Lane lane, Deadline deadline) {
        return new Attempt(lane, deadline, () -> {});
    }

    public Attempt withDeparture(Departure newDeparture) {
        return new Attempt(lane, deadline, newDeparture);
    }

    /** The moment at which a call leaves for the provider. Everything slow (DNS, TCP, TLS) lies behind it. */
    @FunctionalInterface
    public interface Departure {

        /**
         * Must be called by every adapter, once, directly before it writes the request; up to then nothing can have been
         * billed. May block for one round trip.
         *
         * @throws PermitLapsedException when the call must not leave now
         */
        void now();

        /**
         * Must be called by every adapter that sends over a network, as soon as the request is written; it may have been held
         * up on the way. May block for one round trip, and throws nothing.
         *
         * @param at when the last byte of the request was given to the network
         */
        default void written(Instant at) {}
    }
}
