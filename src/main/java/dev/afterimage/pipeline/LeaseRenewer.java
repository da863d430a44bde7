package dev.afterimage.pipeline;

import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jboss.logging.Logger;

/** Renews a leader's lease each third of its time to live, and holds the receipt of its call, until it is stopped. */
final class LeaseRenewer {

    private static final Logger LOG = Logger.getLogger(LeaseRenewer.class);
    private static final int RENEWALS_PER_TTL = 3;

    private final Future<?> renewing;

    private LeaseRenewer(Future<?> renewing) {
        this.renewing = renewing;
    }

    /**
     * Starts to renew on a thread of its own.
     *
     * @param holdReceipt holds the receipt of the leader's call, if one has departed
     */
    static LeaseRenewer start(
            Lease lease, FlightLeases leases, Runnable holdReceipt, Pause pause, ExecutorService threads) {
        return new LeaseRenewer(threads.submit(() -> renew(lease, leases, holdReceipt, pause)));
    }

    private static void renew(Lease lease, FlightLeases leases, Runnable holdReceipt, Pause pause) {
        Duration interval = lease.ttl().dividedBy(RENEWALS_PER_TTL);
        try {
            while (true) {
                pause.await(interval);
                attempt("A lease cannot be renewed now", () -> leases.renew(lease));
                attempt("A receipt cannot be held now", holdReceipt);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Logs a failure: it may pass before the lease or the receipt ends. */
    private static void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failure) {
            LOG.warnf("%s: %s", what, failure.getMessage());
        }
    }

    void stop() {
        renewing.cancel(true);
    }
}
