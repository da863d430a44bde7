package dev.afterimage.wiring;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisJobQueue;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Machine;
import dev.afterimage.wiring.BackendConfig.FleetKind;
import dev.afterimage.wiring.BackendConfig.IndexKind;
import dev.afterimage.wiring.BackendConfig.QueueKind;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Uses Redis until it answers quickly, before a server takes its first request. The first commands of a process open
 * connections, send scripts and run code for the first time. Under load they would exceed their time-out, and an instance
 * whose limiter times out buys nothing, for no good reason.
 *
 * <p>A Redis that is down does not stop the start. Only one that could lose its jobs does.
 */
@Singleton
class WarmUp {

    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

    private static final int ROUNDS = 50;
    /** A round of three commands is quick when it takes at most this part of one time-out (1/10). */
    private static final int QUICK_PART_OF_TIMEOUT = 10;

    private static final Duration BETWEEN_SLOW_ROUNDS = Duration.ofMillis(50);
    /** A key that no image has. */
    private static final ImageKey KEY = new ImageKey("0".repeat(64));

    private final Supplier<ImageIndex> index;
    private final Supplier<ProviderLimiter> limiter;
    private final Supplier<FlightLeases> leases;
    private final Machine machine;

    @Inject
    WarmUp(
            Instance<ImageIndex> index,
            Instance<ProviderLimiter> limiter,
            Instance<FlightLeases> leases,
            Machine machine) {
        this(index::get, limiter::get, leases::get, machine);
    }

    WarmUp(
            Supplier<ImageIndex> index,
            Supplier<ProviderLimiter> limiter,
            Supplier<FlightLeases> leases,
            Machine machine) {
        this.index = index;
        this.limiter = limiter;
        this.leases = leases;
        this.machine = machine;
    }

    /** Runs before the port is opened, and before the worker claims jobs. */
    void begin(
            @Observes @Priority(100) StartupEvent start,
            BackendConfig backends,
            RedisConfig redis,
            Instance<RedisLink> link)
            throws InterruptedException {
        if (backends.fleetKind() == FleetKind.REDIS || backends.indexKind() == IndexKind.REDIS) {
            run(redis.warmUp(), redis.timeout().dividedBy(QUICK_PART_OF_TIMEOUT));
        }
        if (backends.queueKind() == QueueKind.REDIS) {
            requireLastingQueue(link.get());
        }
    }

    /**
     * Stops the start when Redis could lose its jobs. While Redis is down the server may start, because no job is
     * accepted then.
     */
    private static void requireLastingQueue(RedisLink link) {
        try {
            RedisJobQueue.defectOf(link).ifPresent(reason -> {
                throw new IllegalStateException(reason);
            });
        } catch (QueueUnavailableException gone) {
            LOG.log(
                    Level.WARNING,
                    "Redis cannot be asked whether it keeps the jobs that it is given: " + gone.getMessage());
        }
    }

    /** Runs rounds until 50 were quick, or {@code patience} has passed. */
    void run(Duration patience, Duration quick) throws InterruptedException {
        Deadline deadline = Deadline.in(patience, machine.clock());
        int quickRounds = 0;
        while (quickRounds < ROUNDS && !deadline.hasPassed(machine.clock())) {
            long began = machine.nanoTime().getAsLong();
            if (answers() && machine.nanoTime().getAsLong() - began <= quick.toNanos()) {
                quickRounds++;
            } else {
                machine.pause().await(BETWEEN_SLOW_ROUNDS);
            }
        }
    }

    private boolean answers() {
        try {
            limiter.get().status();
            boolean unused = leases.get().isHeld(KEY, Lane.INTERACTIVE);
            index.get().find(KEY).toCompletableFuture().join();
            return true;
        } catch (RuntimeException gone) {
            return false;
        }
    }
}
