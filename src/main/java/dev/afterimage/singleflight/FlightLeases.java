package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.util.Optional;

/**
 * Port: which process of the fleet leads the generation of a picture. Operations block; call them from a virtual thread.
 */
public interface FlightLeases {

    /** Takes the lease, or returns empty when another holder has it. */
    Optional<Lease> take(ImageKey key);

    /** Extends the lease by its ttl; false when it was lost. */
    boolean renew(Lease lease);

    /**
     * Asks before the result is stored whether nobody else leads: true when the lease is still held, and also when it lapsed
     * (its holder was starved or cut off for a while) but nobody took it, in which case it is held again. False when another
     * leads, whose result will count.
     */
    boolean reclaim(Lease lease);

    /** Ends the lease and wakes those who wait for it; without effect when it was lost. */
    void release(Lease lease);

    /** Whether somebody in the fleet leads this key now. */
    boolean isHeld(ImageKey key);

    /**
     * Waits until the lease of this key has ended, by release or by expiry, or for {@code patience}, whichever comes
     * first. May return early; the caller looks at the index and takes the lease again if nothing is there.
     */
    void awaitEnd(ImageKey key, Duration patience) throws InterruptedException;
}
