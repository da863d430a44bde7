package dev.afterimage.wiring;

import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.Worker;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Lets a server work jobs off from start to stop. On Lambda nobody looks for jobs: the queue hands them over, and a worker is made
 * by the function that gets some.
 */
@Singleton
class WorkerLifecycle {

    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Instance<Worker> worker;
    private final boolean enabled;

    WorkerLifecycle(Instance<Worker> worker, PregenerationConfig config) {
        this.worker = worker;
        this.enabled = config.worker();
    }

    void begin(@Observes StartupEvent start) {
        if (enabled) {
            worker.get().start();
        }
    }

    /** Before the drain, in which every job would only be put back. */
    void beginToEnd(@Observes @Priority(0) ShutdownEvent stop) {
        if (enabled) {
            worker.get().claimNoMore();
        }
    }

    void end(@Observes @Priority(2) ShutdownEvent stop) throws InterruptedException {
        if (enabled) {
            worker.get().stop(GRACE);
        }
    }
}
