package dev.afterimage.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.http.batch.BatchBody;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.Job.Subject;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;

/** Makes the bodies of callbacks, which are what {@code GET} of the batch or the image would answer. */
@Singleton
final class CallbackBodies implements Callbacks.Bodies {

    /** The root of a service without a configured base URL, which runs on a laptop. */
    private static final URI ROOT = URI.create(BaseUrl.LOCAL).resolve("/");

    private final BatchLedger ledger;
    private final ImageService images;
    private final PendingKeys marks;
    private final ImageResponses answers;
    private final Clock clock;
    private final ObjectMapper json;

    CallbackBodies(
            BatchLedger ledger,
            ImageService images,
            PendingKeys marks,
            ImageResponses answers,
            Clock clock,
            ObjectMapper json) {
        this.ledger = ledger;
        this.images = images;
        this.marks = marks;
        this.answers = answers;
        this.clock = clock;
        this.json = json;
    }

    /** The body for an image that could not be made, or was deleted. */
    @RegisterForReflection
    record Failed(String key, String status, String detail) {}

    @Override
    public Callbacks.Body of(Subject subject) {
        return switch (subject) {
            case Subject.OfBatch batch -> of(ledger.find(batch.batch()));
            case Subject.OfImage image ->
                of(
                        image.key(),
                        images.lookup(image.key(), false).toCompletableFuture().join());
        };
    }

    private Callbacks.Body of(Optional<Batch> batch) {
        return batch.isEmpty()
                ? new Callbacks.Body.Gone()
                : new Callbacks.Body.Ready(write(BatchBody.of(batch.get(), clock.instant())));
    }

    private Callbacks.Body of(ImageKey key, Optional<ImageOutcome> found) {
        if (found.isEmpty()) {
            String failed = write(new Failed(
                    key.value(),
                    "failed",
                    "The image could not be made, or was deleted. Ask for it again to learn why."));
            return marks.isGivenUp(key) ? new Callbacks.Body.Ready(failed) : new Callbacks.Body.Lost(failed);
        }
        return switch (found.get()) {
            case ImageOutcome.Pending pending -> new Callbacks.Body.NotYet();
            case ImageOutcome.Ready ready ->
                new Callbacks.Body.Ready(
                        new String(answers.describe(ready, () -> ROOT).body(), StandardCharsets.UTF_8));
        };
    }

    private String write(Object body) {
        return json.valueToTree(body).toString();
    }
}
