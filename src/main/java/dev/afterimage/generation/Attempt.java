package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.limit.Purchase;
import dev.afterimage.time.Deadline;
import java.time.Instant;
import java.util.Optional;

/**
 * The circumstances of one call to the provider.
 *
 * @param lane whether somebody waits for it
 * @param deadline until when the caller waits; a wait that would end later is not begun
 * @param order what the call is to buy
 * @param departure what an adapter must run right before it writes the request
 * @param account the provider's account with whose key it is called
 */
public record Attempt(Lane lane, Deadline deadline, Order order, Departure departure, String account) {

    /** An attempt with the default account, whose departure does nothing yet. */
    public static Attempt of(Lane lane, Deadline deadline, Order order) {
        return new Attempt(lane, deadline, order, () -> {}, Purchase.DEFAULT_ACCOUNT);
    }

    public Attempt withDeparture(Departure newDeparture) {
        return new Attempt(lane, deadline, order, newDeparture, account);
    }

    public Attempt withAccount(String billed) {
        return new Attempt(lane, deadline, order, departure, billed);
    }

    /** What a call is for: it says what to buy, and keeps the call's receipt. */
    public interface Order {

        /**
         * Looks for the image a last time, when the call has its permit, and says what to buy.
         *
         * @throws ImageExistsException when another call has brought it
         */
        Purchase purchase();

        /** The image's key. */
        ImageKey key();

        /** The call has departed with this receipt, which stands until the image is stored. */
        void departed(Permit.Departed call);

        /** The call has ended without an image and its receipt ends now, so the receipt must not be held any more. */
        void failed();

        /**
         * The idempotency key of this purchase, for providers that don't bill one twice: visible ASCII, and the same when
         * a call with an unknown outcome is repeated. Called when the call has its permit.
         */
        String idempotencyKey();

        /** The caller on whose budget the call counts. */
        default Caller payer() {
            return Caller.SERVICE;
        }

        /**
         * What finds the job of an earlier call at the provider; empty when there is none. An adapter goes on with such
         * a job and makes no new call.
         */
        Optional<String> ticket();

        /**
         * The departure of the earlier call whose job is resumed; its expected cost is counted already. Empty for a new
         * call.
         */
        default Optional<Instant> resumedFrom() {
            return Optional.empty();
        }

        /** The provider has named the job that makes the image. May block for one round trip. */
        void keepTicket(String ticket);

        /**
         * Sets the call's job at the provider down, if its request came from the queue and can come back for the job:
         * writes the ticket into the receipt, and returns when the call left. Returns empty, and does nothing, where a
         * process must go on waiting for the job. May block for two round trips.
         */
        default Optional<Instant> setDown() {
            return Optional.empty();
        }
    }

    /** What runs when a call leaves for the provider. Everything slow (DNS, TCP, TLS) must be done before that. */
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
         * Must be called by every adapter that sends over a network, as soon as the request is written, which may be
         * later than {@link #now()}. May block for one round trip, and throws nothing.
         *
         * @param at when the last byte of the request was given to the network
         */
        default void written(Instant at) {}
    }
}
