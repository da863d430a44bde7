package dev.afterimage.simulation;

import dev.afterimage.batch.BatchIntake;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.provider.ApiSettings;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.wiring.WiredProcess;
import dev.afterimage.wiring.WiredProcess.Flaw;
import dev.afterimage.wiring.WiredProcess.Settings;
import dev.afterimage.wiring.WiredProcess.Surroundings;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One process of the fleet, on a machine of its own, with the service wired as in production. */
final class SimulatedInstance {

    /** As the wiring's Lifecycle has it. */
    private static final Duration WORKERS_GRACE = Duration.ofSeconds(20);
    /** As the wiring's Lifecycle has it. */
    private static final Duration AFTER_THE_CALL = Duration.ofSeconds(5);

    private final SimulatedMachine machine;
    private final WiredProcess process;
    private final Duration longestDrain;
    private boolean draining;

    SimulatedInstance(
            Simulation world,
            int id,
            boolean upgraded,
            Settings settings,
            RedisNetwork redis,
            SimulatedStore store,
            SimulatedQueues queues,
            SimulatedProvider provider,
            CatalogueSource catalogues,
            Receivers receivers,
            Faults faults,
            Flaw flaw) {
        machine = new SimulatedMachine(world, id);
        process = new WiredProcess(
                settings,
                new Surroundings(
                        machine.machine(),
                        new RedisClient(redis, machine, upgraded),
                        store.client(machine, faults),
                        queues.client(machine, faults),
                        catalogues,
                        provider.client(machine),
                        receivers.transport(machine)),
                SimulatedGuards.of(settings, machine),
                flaw);
        longestDrain =
                ApiSettings.of(settings.of(ProviderConfig.class)).longestCall().plus(AFTER_THE_CALL);
        process.worker().start();
    }

    SimulatedMachine machine() {
        return machine;
    }

    ImageService images() {
        return process.images();
    }

    /** A request of a client, as the HTTP edge handles it: a process that ends waits for it. */
    CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, Optional<URI> callback) {
        process.drain().entered();
        CompletionStage<ImageOutcome> obtained = process.images().obtain(generationRequest);
        return callback.map(url -> obtained.thenApplyAsync(
                        outcome -> tell(outcome, url), machine.machine().threads()))
                .orElse(obtained)
                .whenComplete((outcome, failure) -> process.drain().left());
    }

    private ImageOutcome tell(ImageOutcome outcome, URI url) {
        if (outcome instanceof ImageOutcome.Pending pending) {
            process.callbacks().tell(pending.key(), url);
        }
        return outcome;
    }

    /** The signed URL with which the HTTP edge would answer. */
    SignedUrl sign(ImageOutcome.Ready ready) {
        return process.signer().sign(ready.entry());
    }

    /** Waits on a thread of this process until nothing is under way in it. */
    boolean awaitIdle() {
        try {
            return process.drain().awaitIdle(longestDrain);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    BatchIntake batches() {
        return process.batches();
    }

    BatchLedger ledger() {
        return process.ledger();
    }

    CatalogueRunner catalogues() {
        return process.catalogues();
    }

    /** The credits used this month. Asks Redis, so it must run on a thread of this process. */
    long creditsUsed() {
        return process.budget().status(process.accounts()).used();
    }

    /** Whether the load balancer sends requests here. */
    boolean takesRequests() {
        return !machine.isDead() && !draining;
    }

    /** Runs a task on a thread of this process. */
    void run(Runnable task) {
        machine.machine().threads().execute(task);
    }

    /** SIGTERM: takes no new requests, and ends when its requests and jobs have ended, or the grace is over. */
    void terminate() {
        if (draining || machine.isDead()) {
            return;
        }
        draining = true;
        run(() -> {
            try {
                process.drain().begin();
                boolean idle = process.drain().awaitIdle(longestDrain);
                boolean ended = process.worker().stop(WORKERS_GRACE);
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
            } finally {
                machine.kill();
            }
        });
    }
}
