package dev.afterimage.http.batch;

import dev.afterimage.batch.BatchIntake;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.DryRun;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Purchase;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MemoryCheckpoints;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.time.Pause;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What stands behind the batches of the HTTP edge: the real intake, with everything behind it in memory. */
@Alternative
@Singleton
public class BatchParts {

    @Produces
    @Alternative
    @Singleton
    BatchLedger ledger(Clock clock) {
        return new MemoryBatchLedger(clock);
    }

    @Produces
    @Alternative
    @Singleton
    MemoryJobQueue queue(Clock clock) {
        return new MemoryJobQueue(clock);
    }

    @Produces
    @Alternative
    @Singleton
    MemoryImageIndex index() {
        return new MemoryImageIndex();
    }

    @Produces
    @Alternative
    @Singleton
    BatchIntake intake(
            MemoryImageIndex index,
            MemoryJobQueue queue,
            BatchLedger ledger,
            Clock clock,
            Pause pause,
            Callbacks callbacks) {
        return new BatchIntake(
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                queue,
                ledger,
                new TimeOrderedIds(clock, new Random()),
                clock,
                pause,
                callbacks);
    }

    /** A fleet that may leave 10 calls a second, 8 of them in bulk, with 40 credits left. */
    @Produces
    @Alternative
    @Singleton
    DryRun dryRun(MemoryImageIndex index, MemoryJobQueue queue, Clock clock) {
        return new DryRun(
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                queue,
                () -> OptionalLong.of(40),
                request -> List.of(Purchase.DEFAULT_ACCOUNT),
                account -> new Limits(10, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, Duration.ofMinutes(2)),
                request -> 1,
                Optional::empty);
    }

    /** Of two catalogues one can be read: three rows, of which the second is bad. */
    @Produces
    @Alternative
    @Singleton
    CatalogueRunner catalogues(PregenerationConfig config, MemoryImageIndex index, MemoryJobQueue queue, Clock clock) {
        return new CatalogueRunner(
                config,
                source -> {
                    if (source.startsWith("gone")) {
                        throw new FileNotFoundException(source);
                    }
                    return new CatalogueSource.OpenCatalogue(
                            new ByteArrayInputStream("title\nA\nB,B\nC\n".getBytes(StandardCharsets.UTF_8)), "1");
                },
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                new FreshnessPolicy(Duration.ofDays(1), Duration.ZERO, Duration.ZERO, Map.of()),
                queue,
                new MemoryCheckpoints(),
                new TimeOrderedIds(clock, new Random()),
                clock);
    }

    @Produces
    @Alternative
    @Singleton
    Pause pause() {
        return wait -> new CountDownLatch(1).await(Math.min(20, wait.toMillis()), TimeUnit.MILLISECONDS);
    }
}
