package dev.afterimage.jobs;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Extends the claims of the jobs that are being worked on, so that a slow image is not given to a second worker. */
final class Heartbeat {

    private static final System.Logger LOG = System.getLogger(Heartbeat.class.getName());

    private final JobQueue queue;
    private final Map<String, Claim> working = new ConcurrentHashMap<>();

    Heartbeat(JobQueue queue) {
        this.queue = queue;
    }

    void begin(Claim claim) {
        working.put(claim.receipt(), claim);
    }

    void end(Claim claim) {
        working.remove(claim.receipt());
    }

    /** To be called a few times in every visibility timeout. */
    void beat() {
        for (Claim claim : List.copyOf(working.values())) {
            try {
                if (!queue.extend(claim) && working.remove(claim.receipt()) != null) {
                    LOG.log(Level.WARNING, "job " + claim.job().id() + " was given to another worker meanwhile");
                }
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "job " + claim.job().id() + " cannot be kept", e);
            }
        }
    }
}
