package dev.afterimage.http.batch;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.http.batch.BatchResource.BatchEventsConfig;
import dev.afterimage.time.Pause;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Sends a watcher the progress of a batch: twice a second until the batch ends, or only once where that is configured. */
@Singleton
final class BatchEvents {

    private static final Duration EVERY = Duration.ofMillis(500);

    private final BatchEventsConfig config;
    private final BatchLedger ledger;
    private final Clock clock;
    private final Pause pause;
    private final ExecutorService threads;

    BatchEvents(
            BatchEventsConfig config,
            BatchLedger ledger,
            Clock clock,
            Pause pause,
            @VirtualThreads ExecutorService threads) {
        this.config = config;
        this.ledger = ledger;
        this.clock = clock;
        this.pause = pause;
        this.threads = threads;
    }

    Multi<BatchBody> of(String id) {
        // A watcher that reads slowly misses some events, but never the last one, and fills no memory.
        return Multi.createFrom()
                .emitter(watcher -> threads.execute(() -> tell(id, watcher)), BackPressureStrategy.LATEST);
    }

    private void tell(String id, MultiEmitter<? super BatchBody> watcher) {
        try {
            // An unchanged batch is sent, too: that keeps the connection open, and shows when nobody listens any more.
            while (!watcher.isCancelled()) {
                Optional<Batch> batch = ledger.find(id);
                batch.ifPresent(found -> watcher.emit(BatchBody.of(found, clock.instant())));
                if (batch.isEmpty() || batch.get().ended() || !config.follow()) {
                    watcher.complete();
                    return;
                }
                pause.await(EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            watcher.complete();
        } catch (RuntimeException e) {
            watcher.fail(e);
        }
    }
}
