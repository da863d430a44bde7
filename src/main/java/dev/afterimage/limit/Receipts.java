package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Port: the {@linkplain Receipt receipts} of the whole fleet, from a call's departure, where the
 * {@linkplain ProviderLimiter#depart limiter} writes one, to its end. Operations block, and fail with a
 * {@link LimiterUnavailableException} while the fleet's memory cannot be asked.
 */
public interface Receipts {

    /** How a call's receipt stands for its holder. */
    enum Holding {
        /** It is this call's. */
        HELD,
        /** The key was deleted since the call departed: what it brings is not to be stored. */
        DELETED,
        /** Another call's receipt or image stands in its place. */
        LOST
    }

    /**
     * What the end of a call means for its key.
     *
     * @param deleted the key was deleted since the call departed: what was stored of it must go
     * @param nextPurchase for a call in vain, the wait until the key may be bought again; empty when its purchases are used up
     */
    record Settlement(boolean deleted, Optional<Duration> nextPurchase) {}

    /** What stands against this purchase now; {@link ProviderLimiter#depart} would refuse it, or repeat a rejection. */
    Optional<Permit.Refused> refusal(Purchase purchase);

    /**
     * To be called every few seconds while a call is under way, and before its image is stored: writes the receipt again if
     * the fleet's memory was lost, and keeps it past its end.
     */
    Holding hold(Permit.Departed call);

    /** Ends the call, gives its place in flight back, and says what follows. */
    Settlement settle(Permit.Departed call, CallOutcome outcome);

    /**
     * A job at the provider that somebody goes on with.
     *
     * @param call the one that opened it, now the caller's to settle
     */
    record Resumed(Permit.Departed call, String ticket) {}

    /** Takes over the call of a holder who is gone, or has given up, if it has a job at the provider. */
    Optional<Resumed> resume(Purchase purchase, Lane lane);

    /** Keeps how the job of an open call is found again at the provider. */
    void keepTicket(Permit.Departed call, String ticket);

    /**
     * Notes a DELETE: calls in vain count no more, and what is under way now is not stored.
     *
     * @param period how long such an image is fresh
     */
    void noteDeleted(ImageKey key, Duration period);

    /**
     * Whether an image of this key that lies in the store was deleted: the DELETE has not come to it yet, or the call that brought
     * it had left before the DELETE.
     */
    boolean isDeleted(ImageKey key);

    /** Allows one more purchase of a key; false when there is no receipt that counts purchases. */
    boolean allowAnother(ImageKey key);

    /** The receipt of this key, in whatever state. */
    Optional<Receipt> find(ImageKey key);

    /** Those of open calls and of calls in vain, the oldest first. */
    List<Receipt> list();
}
