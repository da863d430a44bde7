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
 * What an {@link ImagePipeline} is put together from.
 *
 * @param generator the provider with all its decorators
 * @param jobs the provider with those decorators alone that guard an answer; goes on with jobs that were paid for
 * @param forecast of the permits that {@code generator} waits for
 * @param patience how long a generation is tried for at least, even when the caller that started it leaves earlier
 * @param virtualThreads runs what may wait; never the thread of an event loop
 */
public record PipelineParts(
        KeyScheme keys,
        TemplateVersions versions,
        ImageIndex index,
        ImageStore store,
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
        Duration patience,
        Pause pause,
        Clock clock,
        ExecutorService virtualThreads) {

    /** What is known, without asking anybody, of the wait for a permit. */
    @FunctionalInterface
    public interface Forecast {

        /** The wait until the next permit when that is known to lie beyond the deadline; empty when asking may be worth it. */
        Optional<Duration> refusal(ImageRequest request, Lane lane, Deadline deadline);
    }
}
