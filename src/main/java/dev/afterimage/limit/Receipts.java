package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Port: the {@linkplain Receipt receipts} of the whole fleet, from a call's departure, where the
 * {@linkplain ProviderLimiter#depart limiter} writes one, to its end. Operations block, and fail with a
 * {@link FleetUnavailableException} while the fleet's memory cannot be reached.
 */
public interface Receipts {

    /** The state of a receipt, as the holder of its call sees it. */
    enum Holding {
        /** The receipt is still this call's. */
        HELD,
        /** The key was deleted since the call departed: its image must not be stored. */
        DELETED,
        /**
         * The receipt is no longer this call's: the call was ended, its receipt has expired, or another call's receipt or
         * image stands in its place.
         */
        LOST
    }

    /**
     * What the end of a call means for its key.
     *
     * @param deleted the key was deleted since the call departed: its image, if it was stored, must be removed
     * @param nextPurchase after a call without an image, the wait until the key may be bought again; empty when its
     *     purchases are used up
     */
    record Settlement(boolean deleted, Optional<Duration> nextPurchase) {}

    /**
     * Why this purchase may not be made now: what {@link ProviderLimiter#depart} would refuse it for, or a remembered
     * rejection. Empty when it may be made.
     */
    Optional<Permit.Refused> refusal(Purchase purchase);

    /**
     * To be called every few seconds while a call is under way, and before its image is stored: extends the receipt,
     * and writes it again if the fleet's memory was lost.
     */
    Holding hold(Permit.Departed call);

    /** Ends the call, gives its place in flight back, and says what follows. */
    Settlement settle(Permit.Departed call, CallOutcome outcome);

    /**
     * A job at the provider that the caller goes on with.
     *
     * @param call the call that opened the job; the caller must now settle it
     * @param ticket what finds the job at the provider
     */
    record Resumed(Permit.Departed call, String ticket) {}

    /** Takes over the call of a holder that died or gave up; empty unless it has a job at the provider. */
    Optional<Resumed> resume(Purchase purchase, Lane lane);

    /** Writes the ticket of an open call's job into its receipt. */
    void keepTicket(Permit.Departed call, String ticket);

    /**
     * Notes a DELETE: purchases are counted from 0 again, and the image of a call that is under way now will not be
     * stored.
     *
     * @param period how long the DELETE is remembered: as long as an image of this key may be fresh
     */
    void noteDeleted(ImageKey key, Duration period);

    /**
     * Whether an image of this key that is still in the store counts as deleted: the DELETE has not removed it yet, or a
     * call that left before the DELETE has stored it since.
     */
    boolean isDeleted(ImageKey key);

    /** Allows one more purchase of a key. False when no receipt of it is {@linkplain Receipt#listedAs listed}. */
    boolean allowAnother(ImageKey key);

    /** The receipt of this key, whatever its state; empty when there is none. */
    Optional<Receipt> find(ImageKey key);

    /** The {@linkplain Receipt#listedAs listed} receipts, the oldest departure first. */
    List<Receipt> list();

    /**
     * A job at the provider that is set down: no process waits for it. The queue message that goes on with it carries
     * this, so that the job is found even when Redis has lost its receipt, which holds the same.
     *
     * @param token the receipt's token: that of the call that opened the job, or of the last process that went on with it
     * @param departed when that call left, by the limiter's clock
     * @param account the account whose key opened it
     * @param idempotencySuffix the end of the idempotency key, after the image's key
     * @param ticket what finds the job at the provider
     */
    record OpenJob(String token, Instant departed, String account, String idempotencySuffix, String ticket) {}

    /**
     * How often the service may pay for calls that bring no image.
     *
     * @param repurchases how often a key is bought again after calls whose end is unknown or that brought no image, 0
     *     or more
     * @param maxUnusable how many unusable answers in a row, of whatever keys, stop the bulk lane; 1 or more
     */
    record ReceiptRules(int repurchases, int maxUnusable) {

        public ReceiptRules {
            if (repurchases < 0) {
                throw new IllegalArgumentException("afterimage.generation.repurchases must be at least 0");
            }
            if (maxUnusable < 1) {
                throw new IllegalArgumentException("afterimage.generation.max-unusable must be at least 1");
            }
        }
    }
}
