package dev.afterimage.wiring;

import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.Worker;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.pipeline.Drain;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Starts and stops the worker of a server, and its {@link Drain}: at SIGTERM the drain begins at once, and the process
 * ends when all work under way has ended, or after the longest call and 5 s, which {@code quarkus.shutdown.timeout} may
 * shorten; then the worker's jobs get up to 20 s more. Calls that could not be waited for keep their receipts.
 *
 * <p>On Lambda no worker runs: SQS pushes jobs, and the function that gets some makes a worker for them.
 */
@Singleton
class Lifecycle {

    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    /** The time to store the image and answer those who wait for it. */
    private static final Duration AFTER_THE_CALL = Duration.ofSeconds(5);

    /** The time for the worker to put its jobs back. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Drain drain;
    private final Instance<Worker> worker;
    private final boolean works;
    private final Duration atMost;
    private Runnable unhook = () -> {};

    Lifecycle(
            Drain drain,
            AccountLimits limits,
            Instance<Worker> worker,
            PregenerationConfig config,
            @ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> shutdownTimeout) {
        this.drain = drain;
        this.worker = worker;
        this.works = config.worker();
        Duration longest = limits.longestCall().plus(AFTER_THE_CALL);
        this.atMost =
                shutdownTimeout.filter(bound -> bound.compareTo(longest) < 0).orElse(longest);
    }

    /** Begins the drain in a shutdown hook of its own, because the {@link ShutdownEvent} of Quarkus may come later. */
    void begin(@Observes StartupEvent start) {
        Thread hook = Thread.ofPlatform().name("begin-drain").unstarted(drain::begin);
        Runtime.getRuntime().addShutdownHook(hook);
        unhook = () -> remove(hook);
        if (works) {
            worker.get().start();
        }
    }

    private static void remove(Thread hook) {
        try {
            boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            LOG.trace("The process is ending", ending);
        }
    }

    /**
     * Runs before anything is stopped that a call under way needs. No job is claimed in the drain, because it would only
     * be put back.
     */
    void end(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        if (works) {
            worker.get().claimNoMore();
        }
        unhook.run();
        // In development the request that makes Quarkus load changed code is itself under way, and would be waited for.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            drain();
        }
        if (works) {
            worker.get().stop(GRACE);
        }
    }

    private void drain() throws InterruptedException {
        drain.begin();
        if (!drain.awaitIdle(atMost)) {
            LOG.warn("Calls are still under way at the provider; their images are not bought again before their"
                    + " receipts end");
        }
    }
}
