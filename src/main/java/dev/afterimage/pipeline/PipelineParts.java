package dev.afterimage.pipeline;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Receipts;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * The collaborators of an {@link ImagePipeline}.
 *
 * @param checksHits whether, after a hit, the store is asked in the background if it still has the image. Not needed
 *     where the index itself looks for the image at each hit, as on a laptop
 * @param generator the provider with all its decorators
 * @param jobs goes on with jobs that were paid for: the provider with only those decorators that check an answer and count
 *     its cost
 * @param forecast whether {@code generator} would wait for a permit in vain
 * @param mostFollowers how many may wait for an image that is being made: requests in each process, and processes in
 *     the fleet
 * @param patience how long a generation for a caller goes on at most, even when the caller leaves earlier
 * @param checkSigner throws a {@link dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException} when no URL can
 *     be signed; may block until it has succeeded once. It is run before anything is bought or queued for a caller, and before
 *     the first hit. Jobs from the queue need no URL
 * @param virtualThreads runs work that may block
 */
public record PipelineParts(
        KeyScheme keys,
        TemplateVersions versions,
        ImageIndex index,
        ImageStore store,
        boolean checksHits,
        FlightLeases leases,
        Receipts receipts,
        CallSettler settler,
        ImageGenerator generator,
        ImageGenerator jobs,
        Forecast forecast,
        FreshnessPolicy freshness,
        CallerQuota quota,
        Backlog backlog,
        Drain drain,
        int mostFollowers,
        Duration patience,
        Runnable checkSigner,
        Pause pause,
        Clock clock,
        ExecutorService virtualThreads) {

    /**
     * Knows without asking the limiter whether a wait for a permit would be in vain, so that a flood is turned away
     * cheaply.
     */
    @FunctionalInterface
    public interface Forecast {

        /** The denial, where it is known that there is no permit by the deadline; empty where the limiter must be asked. */
        Optional<Permit.Denied> refusal(ImageRequest request, Lane lane, Deadline deadline);
    }
}
