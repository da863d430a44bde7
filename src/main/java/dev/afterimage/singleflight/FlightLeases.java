package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import java.time.Duration;
import java.util.Optional;

/**
 * Port: which process of the fleet leads the generation of an image, and which ones wait for it. A lease gathers
 * followers and saves work; the receipt, and not the lease, keeps an image from being paid for twice. There is one
 * lease for each key and lane, so that a person does not wait behind a bulk job that has not left yet. Operations
 * block; call them from a virtual thread. They fail with a {@link FleetUnavailableException}.
 */
public interface FlightLeases {

    /**
     * Takes the lease. Empty when another process holds the lease of this lane, and in the bulk lane also when one
     * holds that of the interactive lane.
     */
    Optional<Lease> take(ImageKey key, Lane lane);

    /**
     * Makes the lease last for its ttl from now, or takes it again where it was lost; false when another process holds
     * it.
     */
    boolean renew(Lease lease);

    /** Ends the lease and wakes those who wait for it; without effect when it was lost. */
    void release(Lease lease);

    /**
     * Whether a process leads this key, as a caller of this lane sees it. A caller of the interactive lane sees only
     * that lane's lease, one of the bulk lane the leases of both.
     */
    boolean isHeld(ImageKey key, Lane lane);

    /**
     * Takes a place among the processes that wait for this key, whoever leads it. It ends by itself after
     * {@code patience}, so that a process which dies or is frozen does not keep it.
     *
     * @param patience how long the place is held at most
     * @param most how many places there are
     * @return empty when all are taken
     */
    Optional<WaitingPlace> takePlace(ImageKey key, Duration patience, int most);

    /** Gives a place back; without effect when it has ended. */
    void leave(WaitingPlace place);

    /**
     * Waits until {@link #isHeld} is false, or for {@code patience}, whichever comes first. May
     * return early; the caller looks at the index and takes the lease again if nothing is there.
     */
    void awaitEnd(ImageKey key, Lane lane, Duration patience) throws InterruptedException;

    /**
     * The right to lead the generation of one image in one lane, for a while.
     *
     * @param token known to its holder only: a lease that another holds can neither be renewed nor released
     * @param ttl the time after which it ends by itself unless renewed
     */
    record Lease(ImageKey key, Lane lane, String token, Duration ttl) {}

    /**
     * A place among the limited number of processes that may wait for a leader.
     *
     * @param token known to its holder only
     */
    record WaitingPlace(ImageKey key, String token) {}
}
