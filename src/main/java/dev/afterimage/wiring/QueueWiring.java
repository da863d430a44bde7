package dev.afterimage.wiring;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.filesystem.DataDirectory;
import dev.afterimage.filesystem.FilesystemBatchLedger;
import dev.afterimage.filesystem.FilesystemJobQueue;
import dev.afterimage.filesystem.FilesystemPendingMarks;
import dev.afterimage.generation.Backlog;
import dev.afterimage.generation.ImageService;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.pregeneration.PregenerationConfig;
import dev.afterimage.pregeneration.TimeOrderedIds;
import dev.afterimage.pregeneration.batch.BatchLedger;
import dev.afterimage.pregeneration.plan.Planner;
import dev.afterimage.pregeneration.queue.JobQueue;
import dev.afterimage.pregeneration.queue.PendingMarks;
import dev.afterimage.pregeneration.queue.QueuedBacklog;
import dev.afterimage.pregeneration.work.JobFates;
import dev.afterimage.pregeneration.work.JobRunner;
import dev.afterimage.pregeneration.work.RetryPolicy;
import dev.afterimage.pregeneration.work.Worker;
import dev.afterimage.time.Pause;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ExecutorService;

/** Chooses where jobs wait, and puts together who works them off. */
class QueueWiring {

    @Produces
    @Singleton
    JobQueue jobQueue(
            BackendConfig backends, PregenerationConfig config, DataDirectory directory, Clock clock, Pause pause) {
        return switch (backends.queueKind()) {
            case FILESYSTEM -> new FilesystemJobQueue(directory, config.visibilityTimeout(), clock, pause);
            case SQS -> throw new IllegalStateException(LimitWiring.NOT_YET);
        };
    }

    @Produces
    @Singleton
    PendingMarks pendingMarks(BackendConfig backends, DataDirectory directory, Clock clock) {
        return switch (backends.queueKind()) {
            case FILESYSTEM -> new FilesystemPendingMarks(directory, clock);
            case SQS -> throw new IllegalStateException(LimitWiring.NOT_YET);
        };
    }

    @Produces
    @Singleton
    BatchLedger batchLedger(BackendConfig backends, DataDirectory directory, Clock clock) {
        return switch (backends.queueKind()) {
            case FILESYSTEM -> new FilesystemBatchLedger(directory, clock);
            case SQS -> throw new IllegalStateException(LimitWiring.NOT_YET);
        };
    }

    @Produces
    @Singleton
    TimeOrderedIds ids(Clock clock) {
        return new TimeOrderedIds(clock, new SecureRandom());
    }

    @Produces
    @Singleton
    Backlog backlog(JobQueue queue, PendingMarks marks, TimeOrderedIds ids) {
        return new QueuedBacklog(queue, marks, ids);
    }

    @Produces
    @Singleton
    Planner planner(KeyScheme keys, TemplateVersions versions, ImageIndex index, Clock clock) {
        return new Planner(keys, versions, index, clock);
    }

    @Produces
    @Singleton
    Worker worker(
            ImageService images,
            JobQueue queue,
            BatchLedger ledger,
            PendingMarks marks,
            PregenerationConfig config,
            Clock clock,
            Pause pause,
            @VirtualThreads ExecutorService virtualThreads) {
        RetryPolicy policy = new RetryPolicy(
                config.maxAttempts(),
                config.backOff(),
                config.maxBackOff(),
                config.maxDeliveries(),
                config.retryUnknownOutcome());
        JobRunner runner = new JobRunner(images, queue, ledger, marks, new JobFates(policy, clock, new SecureRandom()));
        return new Worker(queue, runner, config.concurrency(), config.patience(), clock, pause, virtualThreads);
    }
}
