package dev.afterimage.generation;

import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.Lease;
import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jboss.logging.Logger;

/** Renews a lease three times in its life for as long as its leader works. Stopped when the work is done. */
final class LeaseKeeper {

    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);
    private static final int RENEWALS_A_TTL = 3;

    private final Future<?> keeping;

    private LeaseKeeper(Future<?> keeping) {
        this.keeping = keeping;
    }

    static LeaseKeeper keep(Lease lease, FlightLeases leases, Pause pause, ExecutorService threads) {
        return new LeaseKeeper(threads.submit(() -> renew(lease, leases, pause)));
    }

    private static void renew(Lease lease, FlightLeases leases, Pause pause) {
        Duration interval = lease.ttl().dividedBy(RENEWALS_A_TTL);
        boolean held = true;
        try {
            while (held) {
                pause.await(interval);
                held = renewOnce(lease, leases);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it is worth renewing again: a failure may pass before the lease ends. */
    private static boolean renewOnce(Lease lease, FlightLeases leases) {
        try {
            return leases.renew(lease);
        } catch (RuntimeException failure) {
            LOG.warnf("A lease cannot be renewed now: %s", failure.getMessage());
            return true;
        }
    }

    void stop() {
        keeping.cancel(true);
    }
}
