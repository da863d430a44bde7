package dev.afterimage.simulation;

import dev.afterimage.batch.Batch;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.simulation.BatchClients.Sent;
import dev.afterimage.simulation.Receivers.Told;
import java.util.function.Predicate;

/** Law 7 for batches: each row of an accepted batch ends and is counted once, and then the batch's sender is called back. */
final class BatchLaw {

    private final Fleet fleet;
    private final Predicate<ImageRequest> hasCause;

    /**
     * The law for one run.
     *
     * @param hasCause whether there was a reason to give an image up
     */
    BatchLaw(Fleet fleet, Predicate<ImageRequest> hasCause) {
        this.fleet = fleet;
        this.hasCause = hasCause;
    }

    void check() {
        fleet.batches().sent().forEach(this::check);
    }

    private void check(Sent batch) {
        for (Told told : batch.receiver.told) {
            if (!told.body().contains("\"state\":\"finished\"") && !told.body().contains("\"state\":\"cancelled\"")) {
                fleet.violated("law 7", "%s was called back before its end: %s", batch.idempotencyKey, told.body());
            }
        }
        // Batches are kept in Redis alone.
        if (batch.id.isEmpty() || fleet.lostMemorySince(batch.begun)) {
            return;
        }
        if (batch.last.isEmpty()) {
            fleet.violated("law 7", "%s was taken in and is not known", batch.idempotencyKey);
            return;
        }
        Batch last = batch.last.get();
        if (batch.cancelled && last.state() == Batch.State.CANCELLED) {
            checkCallback(batch);
            return;
        }
        if (last.state() != Batch.State.FINISHED
                || last.total() != batch.rows.size()
                || last.counts().ended() != last.total()) {
            fleet.violated("law 7", "%s did not end: %s %s", batch.idempotencyKey, last.state(), last.counts());
            return;
        }
        fleet.tried(Trial.BATCH_ENDED);
        for (Batch.Failure failure : last.failures()) {
            if (!hasCause.test(batch.rows.get(failure.line() - 1))
                    && fleet.queues().deliveredTwice() < 4) {
                fleet.violated(
                        "law 7",
                        "row %d of %s failed without a cause: %s",
                        failure.line(),
                        batch.idempotencyKey,
                        failure.reason());
            }
        }
        checkCallback(batch);
    }

    private void checkCallback(Sent batch) {
        if (batch.receiver.tookOne()) {
            fleet.tried(Trial.BATCH_CALLED_BACK);
        } else if (!fleet.isDeadCallback(batch.receiver)) {
            fleet.violated("law 7", "%s ended and its sender was not called back", batch.idempotencyKey);
        }
    }
}
