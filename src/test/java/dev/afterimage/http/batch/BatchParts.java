package dev.afterimage.http.batch;

import dev.afterimage.batch.BatchIntake;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.time.Pause;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
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
    BatchIntake intake(MemoryImageIndex index, MemoryJobQueue queue, BatchLedger ledger, Clock clock) {
        return new BatchIntake(
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                queue,
                ledger,
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
