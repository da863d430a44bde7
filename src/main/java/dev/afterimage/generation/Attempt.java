package dev.afterimage.generation;

import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.PermitLapsedException;
import dev.afterimage.limit.Purchase;
import dev.afterimage.time.Deadline;
import java.time.Instant;
import java.util.Optional;

/**
 * The circumstances of one call at the provider.
 *
 * @param lane who waits for it
 * @param deadline no wait may be slept that ends after it
 * @param order what the call is to buy
 * @param departure what an adapter runs right before it writes the request
 * @param account the provider's account with whose key it is called
 */
public record Attempt(Lane lane, Deadline deadline, Order order, Departure departure, String account) {

    /** An attempt whose departure nobody has to be told of yet, at a provider that is its one account. */
    public static Attempt of(Lane lane, Deadline deadline, Order order) {
        return new Attempt(lane, deadline, order, () -> {}, Purchase.DEFAULT_ACCOUNT);
    }

    public Attempt withDeparture(Departure newDeparture) {
        return new Attempt(lane, deadline, order, newDeparture, account);
    }

    public Attempt withAccount(String billed) {
        return new Attempt(lane, deadline, order, departure, billed);
    }

    /** Who wants the image, and keeps the receipt of the call that brings it. */
    public interface Order {

        /**
         * The last look, when the call has its permit: what is to be bought.
         *
         * @throws AlreadyLandedException when another call has brought it
         */
        Purchase purchase();

        /** The call has departed with this receipt, which stands until the image is stored. */
        void departed(Permit.Departed call);

        /** The call has ended without an image, and its receipt ends now: it must not be held any more. */
        void failed();

        /**
         * The name of this purchase, for providers that don't bill one name twice: visible ASCII, the same when a call with an
         * unknown outcome is repeated. Asked when the call has its permit.
         */
        String name();

        /** Who is to be billed for it. */
        default Caller payer() {
            return Caller.SERVICE;
        }

        /** How the job of an earlier call is found at the provider; such a call is gone on with, and not made again. */
        Optional<String> ticket();

        /** The provider has named the job that makes the image. May block for one round trip. */
        void keepTicket(String ticket);
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
