package dev.afterimage.wiring;

import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.Worker;
import dev.afterimage.limit.Limits;
import dev.afterimage.pipeline.Drain;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Lets a server work jobs off from start to stop, and ends it in peace: SIGTERM begins the drain at once, and lets the process end
 * when what was under way has ended, or after the longest call; {@code quarkus.shutdown.timeout} bounds that. What could not be
 * waited for keeps its receipt.
 *
 * <p>On Lambda nobody looks for jobs: the queue hands them over, and a worker is made by the function that gets some.
 */
@Singleton
class Lifecycle {

    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    /** For storing the image, and answering those who wait for it. */
    private static final Duration AFTER_THE_CALL = Duration.ofSeconds(5);

    /** For jobs that are being put back. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Drain drain;
    private final Instance<Worker> worker;
    private final boolean works;
    private final Duration atMost;
    private Runnable unhook = () -> {};

    @Inject
    Lifecycle(
            Drain drain,
            Limits limits,
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

    /** The hook runs beside that of Quarkus, whose {@link ShutdownEvent} may come later. */
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

    /** Before anything that a call under way needs is taken down. No job is claimed in the drain, which would only put it back. */
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
            LOG.warn(
                    "Calls are still under way at the provider; their receipts stand, and nobody buys them again before"
                            + " these end");
        }
    }
}
