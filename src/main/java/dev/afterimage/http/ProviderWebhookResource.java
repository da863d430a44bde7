package dev.afterimage.http;

import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Receives the webhooks by which a provider reports that a job may have ended. The body is not read. The job is polled
 * at once: by the thread that waits for it in this process if there is one, else by this request.
 */
@Path("/v1/provider-webhooks")
@RunOnVirtualThread // it waits for the receipts and the provider
public final class ProviderWebhookResource {

    private static final Logger LOG = Logger.getLogger(ProviderWebhookResource.class);

    /**
     * How long a webhook's answer waits for the poll, which then goes on: about as long as providers wait for the
     * answer.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ProviderWebhooks webhooks;
    private final Receipts receipts;
    private final ImageService images;
    private final Pause pause;
    private final Clock clock;

    ProviderWebhookResource(
            ProviderWebhooks webhooks, Receipts receipts, ImageService images, Pause pause, Clock clock) {
        this.webhooks = webhooks;
        this.receipts = receipts;
        this.images = images;
        this.pause = pause;
        this.clock = clock;
    }

    @POST
    @Path("{key}/{signature}")
    public void receive(@PathParam("key") String name, @PathParam("signature") String signature)
            throws InterruptedException {
        if (!webhooks.areOn()) {
            throw new ProblemException(
                    Problem.of(ProblemType.NOT_FOUND, "Webhooks are off; afterimage.webhooks.secret turns them on."));
        }
        ImageKey key = PathParameters.key(name);
        if (!webhooks.isOurs(key, signature)) {
            throw new ProblemException(
                    Problem.of(ProblemType.URL_REFUSED, "Call the address that came with the job, as it is."));
        }
        if (!webhooks.wake(key)) {
            Optional<Receipt> open = receipts.find(key)
                    .filter(receipt -> receipt.state() == Receipt.State.OPEN
                            && !receipt.ticket().isEmpty());
            if (open.isPresent()) {
                poll(key, ImageRequestReader.read(open.get().request(), Optional.empty()));
            }
        }
    }

    private void poll(ImageKey key, ImageRequest request) throws InterruptedException {
        GenerationRequest job = GenerationRequest.ofWebhook(request, Deadline.in(PATIENCE, clock));
        CompletableFuture<Optional<ImageOutcome>> outcome = images.indexLookup(request, false)
                .thenCompose(lookup -> lookup.key().equals(key)
                        ? images.obtain(job, lookup).thenApply(Optional::of)
                        // Its template was purged meanwhile, so the request has another key now: the job's image is not
                        // wanted any more.
                        : CompletableFuture.completedFuture(Optional.<ImageOutcome>empty()))
                .toCompletableFuture();
        try {
            Optional<ImageOutcome> found = pause.get(outcome, PATIENCE);
            LOG.debugf(
                    "A webhook came for a job; %s",
                    found.isPresent() ? "its image was asked for" : "its template was purged meanwhile");
        } catch (ExecutionException | TimeoutException notYet) {
            LOG.debugf("A webhook came before its job had ended: %s", notYet.toString());
        }
    }
}
