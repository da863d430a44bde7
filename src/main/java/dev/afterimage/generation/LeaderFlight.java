package dev.afterimage.generation;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Lane;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.Lease;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * The one flight of a key in this process. It takes the fleet's lease and leads (generate, store, index), or waits for the
 * process that leads. When a leader dies or fails, the next one that takes the lease leads.
 */
final class LeaderFlight {

    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private final FlightLeases leases;
    private final Lookup lookup;
    private final ImageGenerator generator;
    private final PermitForecast forecast;
    private final Depot depot;
    private final FailureMemory failures;
    private final FreshnessPolicy freshness;
    private final Pause pause;
    private final Clock clock;
    private final ExecutorService threads;

    LeaderFlight(PipelineParts parts, Lookup lookup, Depot depot) {
        this.leases = parts.leases();
        this.lookup = lookup;
        this.generator = parts.generator();
        this.forecast = parts.forecast();
        this.depot = depot;
        this.failures = parts.failures();
        this.freshness = parts.freshness();
        this.pause = parts.pause();
        this.clock = parts.clock();
        this.threads = parts.virtualThreads();
    }

    Landing fly(ImageKey key, ImageRequest request, Lane lane, Horizon horizon, Deadline deadline)
            throws InterruptedException {
        while (true) {
            Optional<Duration> refusal = refusal(key, lane, deadline);
            if (refusal.isPresent()) {
                // Whoever led may have landed since this caller looked.
                return landed(key, horizon).orElseThrow(() -> ThrottledException.byLimiter(refusal.get()));
            }
            Optional<Lease> lease = leases.take(key);
            Optional<Landing> landing = lease.isPresent()
                    ? lead(lease.get(), request, lane, horizon, deadline)
                    : follow(key, horizon, deadline);
            if (landing.isPresent()) {
                return landing.get();
            }
            if (deadline.hasPassed(clock)) {
                throw ThrottledException.byLimiter(ASK_AGAIN);
            }
        }
    }

    /**
     * The wait for a permit, when it is known that there is none by then. But who leads already has one, and is followed.
     */
    Optional<Duration> refusal(ImageKey key, Lane lane, Deadline deadline) {
        return forecast.refusal(lane, deadline).filter(wait -> !leases.isHeld(key));
    }

    private Optional<Landing> follow(ImageKey key, Horizon horizon, Deadline deadline) throws InterruptedException {
        leases.awaitEnd(key, deadline.remaining(clock));
        return landed(key, horizon);
    }

    /** What another leader landed. */
    private Optional<Landing> landed(ImageKey key, Horizon horizon) {
        return lookup.fresh(key, horizon).map(entry -> new Landing(entry, false));
    }

    /** Empty when the lease was lost while the provider worked: another leads now, and what it stores counts. */
    private Optional<Landing> lead(Lease lease, ImageRequest request, Lane lane, Horizon horizon, Deadline deadline) {
        LeaseKeeper keeper = LeaseKeeper.keep(lease, leases, pause, threads);
        try {
            depot.storeWaiting();
            Optional<Landing> meanwhile = landed(lease.key(), horizon);
            if (meanwhile.isPresent()) {
                return meanwhile;
            }
            GeneratedImage image = generate(lease.key(), request, Attempt.of(lane, deadline));
            if (!leases.reclaim(lease)) {
                return Optional.empty();
            }
            return Optional.of(new Landing(land(lease.key(), request, image), true));
        } finally {
            keeper.stop();
            leases.release(lease);
        }
    }

    private GeneratedImage generate(ImageKey key, ImageRequest request, Attempt attempt) {
        try {
            GeneratedImage image = generator.generate(request, attempt);
            failures.forget(key);
            return image;
        } catch (GenerationException failure) {
            failures.remember(key, failure);
            throw failure;
        }
    }

    private IndexEntry land(ImageKey key, ImageRequest request, GeneratedImage image) {
        return depot.put(freshness.entryFor(key, request.template(), image, clock.instant()), image.content());
    }
}
