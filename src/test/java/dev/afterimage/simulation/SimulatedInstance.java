package dev.afterimage.simulation;

import dev.afterimage.generation.ImageService;
import dev.afterimage.pregeneration.plan.CatalogueRunner;
import dev.afterimage.pregeneration.plan.CatalogueSource;
import dev.afterimage.wiring.WiredProcess;
import dev.afterimage.wiring.WiredProcess.Flaw;
import dev.afterimage.wiring.WiredProcess.Settings;
import dev.afterimage.wiring.WiredProcess.Surroundings;
import java.time.Duration;

/** One process of the fleet on a machine of its own. All that is made of the service is made here. */
final class SimulatedInstance {

    /** As WorkerLifecycle has it. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final SimulatedMachine machine;
    private final WiredProcess process;
    private boolean draining;

    SimulatedInstance(
            Simulation world,
            int id,
            Settings settings,
            RedisNetwork redis,
            SimulatedStore store,
            SimulatedQueues queues,
            SimulatedProvider provider,
            CatalogueSource catalogues,
            Faults faults,
            Flaw flaw) {
        machine = new SimulatedMachine(world, id);
        process = new WiredProcess(
                settings,
                new Surroundings(
                        machine.machine(),
                        new RedisClient(redis, machine),
                        store.client(machine, faults),
                        queues.client(machine, faults),
                        catalogues,
                        provider.client(machine)),
                SimulatedGuards.of(settings, machine),
                flaw);
        process.worker().start();
    }

    SimulatedMachine machine() {
        return machine;
    }

    ImageService images() {
        return process.images();
    }

    CatalogueRunner catalogues() {
        return process.catalogues();
    }

    /** Asks Redis, so only on a thread of this process. */
    long creditsUsed() {
        return process.budget().status().used();
    }

    /** Whether the load balancer sends requests here. */
    boolean takesRequests() {
        return !machine.isDead() && !draining;
    }

    /** Runs a task on a thread of this process. */
    void run(Runnable task) {
        machine.machine().threads().execute(task);
    }

    /** SIGTERM: no new requests, and the process ends when what is at hand has ended, or the grace is over. */
    void terminate() {
        if (draining || machine.isDead()) {
            return;
        }
        draining = true;
        run(() -> {
            try {
                process.worker().stop(GRACE);
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
            } finally {
                machine.kill();
            }
        });
    }
}
