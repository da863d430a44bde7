package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.util.Optional;

/**
 * Decorator: while the fleet's leases cannot be asked, this instance leads what it is asked for. One bill a key then holds
 * within an instance only; the alternative would be to make no pictures at all.
 */
public final class FallbackFlightLeases implements FlightLeases {

    private static final String MARK = "own:";

    private final FlightLeases fleet;
    private final FlightLeases own;
    private final Runnable fellBack;

    /**
     * Leases that survive the fleet's.
     *
     * @param fleet the shared ones, whose failures are {@link LeasesUnavailableException}s
     * @param own this instance's
     * @param fellBack run each time a lease is taken that only this instance knows, so that it can be metered
     */
    public FallbackFlightLeases(FlightLeases fleet, FlightLeases own, Runnable fellBack) {
        this.fleet = fleet;
        this.own = own;
        this.fellBack = fellBack;
    }

    @Override
    public Optional<Lease> take(ImageKey key) {
        if (own.isHeld(key)) {
            return Optional.empty();
        }
        try {
            return fleet.take(key);
        } catch (LeasesUnavailableException gone) {
            fellBack.run();
            return own.take(key).map(lease -> new Lease(key, MARK + lease.token(), lease.ttl()));
        }
    }

    /**
     * A lease of the fleet that cannot be renewed because nobody can be asked counts as kept: others cannot ask either, and
     * the picture that its holder is paying for must not be thrown away.
     */
    @Override
    public boolean renew(Lease lease) {
        if (isOwn(lease)) {
            return own.renew(unmarked(lease));
        }
        try {
            return fleet.renew(lease);
        } catch (LeasesUnavailableException gone) {
            return true;
        }
    }

    @Override
    public boolean reclaim(Lease lease) {
        if (isOwn(lease)) {
            return own.reclaim(unmarked(lease));
        }
        try {
            return fleet.reclaim(lease);
        } catch (LeasesUnavailableException gone) {
            return true;
        }
    }

    @Override
    public void release(Lease lease) {
        if (isOwn(lease)) {
            own.release(unmarked(lease));
            return;
        }
        try {
            fleet.release(lease);
        } catch (LeasesUnavailableException gone) {
            // It ends by itself.
        }
    }

    @Override
    public boolean isHeld(ImageKey key) {
        try {
            return own.isHeld(key) || fleet.isHeld(key);
        } catch (LeasesUnavailableException gone) {
            return false;
        }
    }

    @Override
    public void awaitEnd(ImageKey key, Duration patience) throws InterruptedException {
        if (own.isHeld(key)) {
            own.awaitEnd(key, patience);
            return;
        }
        try {
            fleet.awaitEnd(key, patience);
        } catch (LeasesUnavailableException gone) {
            // Early, so that the caller takes the lead itself.
        }
    }

    private static boolean isOwn(Lease lease) {
        return lease.token().startsWith(MARK);
    }

    private static Lease unmarked(Lease lease) {
        return new Lease(lease.key(), lease.token().substring(MARK.length()), lease.ttl());
    }
}
