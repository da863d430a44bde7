package dev.afterimage.wiring;

import dev.afterimage.limit.Limits;
import dev.afterimage.pipeline.Drain;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * SIGTERM: begins the drain at once, and lets the process end when what was under way has ended, or after the longest call;
 * {@code quarkus.shutdown.timeout} bounds that. What could not be waited for keeps its receipt.
 */
@Singleton
class DrainLifecycle {

    private static final Logger LOG = Logger.getLogger(DrainLifecycle.class);
    /** For storing the image, and answering those who wait for it. */
    private static final Duration AFTER_THE_CALL = Duration.ofSeconds(5);

    private final Drain drain;
    private final Duration atMost;

    @Inject
    DrainLifecycle(
            Drain drain,
            Limits limits,
            @ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> shutdownTimeout) {
        this.drain = drain;
        Duration longest = limits.longestCall().plus(AFTER_THE_CALL);
        this.atMost =
                shutdownTimeout.filter(bound -> bound.compareTo(longest) < 0).orElse(longest);
    }

    /** The hook runs beside that of Quarkus, whose {@link ShutdownEvent} may come later. */
    void listen(@Observes StartupEvent start) {
        Thread hook = Thread.ofPlatform().name("begin-drain").unstarted(drain::begin);
        Runtime.getRuntime().addShutdownHook(hook);
        unhook = () -> remove(hook);
    }

    private Runnable unhook = () -> {};

    private static void remove(Thread hook) {
        try {
            boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            LOG.trace("The process is ending", ending);
        }
    }

    /** Before anything that a call under way needs is taken down. */
    void drain(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        unhook.run();
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            // The request that makes Quarkus load changed code is itself under way, and would be waited for.
            return;
        }
        drain.begin();
        if (!drain.awaitIdle(atMost)) {
            LOG.warn(
                    "Calls are still under way at the provider; their receipts stand, and nobody buys them again before"
                            + " these end");
        }
    }
}
