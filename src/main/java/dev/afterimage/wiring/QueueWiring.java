package dev.afterimage.wiring;

import dev.afterimage.aws.S3Bucket;
import dev.afterimage.aws.S3CatalogueSource;
import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.S3Uploads;
import dev.afterimage.aws.SqsConfig;
import dev.afterimage.aws.SqsJobQueue;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.batch.Uploads;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.DryRun;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.jobs.CallbackConfig;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.FallbackPendingKeys;
import dev.afterimage.jobs.JobOutcomes;
import dev.afterimage.jobs.JobOutcomes.AttemptPolicy;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobRunner;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.jobs.Worker;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.metrics.MeteredJobQueue;
import dev.afterimage.metrics.Meters;
import dev.afterimage.metrics.Stats;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.provider.CallbackTransport;
import dev.afterimage.provider.ProviderHttp;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.redis.RedisBatchLedger;
import dev.afterimage.redis.RedisCheckpoints;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisJobQueue;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.redis.RedisPendingKeys;
import dev.afterimage.time.Machine;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Chooses the job queue's back end, and makes the worker. */
class QueueWiring {

    @Singleton
    JobQueue jobQueue(
            BackendConfig backends,
            PregenerationConfig config,
            Instance<LocalBackend> local,
            SqsConfig sqsConfig,
            @Identifier(ClientWiring.LIMITED) Instance<SqsClient> sqs,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Machine machine,
            Meters meters,
            @VirtualThreads ExecutorService virtualThreads) {
        JobQueue queue = switch (backends.queueKind()) {
            case FILESYSTEM -> LocalBackend.of(local).jobQueue(config.visibilityTimeout());
            case SQS ->
                new SqsJobQueue(
                        sqs.get(),
                        SqsJobQueue.Queues.of(sqsConfig),
                        config.visibilityTimeout(),
                        machine.clock(),
                        virtualThreads);
            case REDIS ->
                new RedisJobQueue(
                        redis.get(),
                        redisConfig.prefix(),
                        config.visibilityTimeout(),
                        machine.pause(),
                        LimitWiring.SERVER_TIME);
        };
        return new MeteredJobQueue(meters, queue);
    }

    @Singleton
    PendingKeys pendingKeys(
            BackendConfig backends,
            Instance<LocalBackend> local,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Meters meters,
            Machine machine) {
        return switch (backends.queueKind()) {
            case FILESYSTEM -> LocalBackend.of(local).pendingKeys();
            case SQS, REDIS ->
                new FallbackPendingKeys(
                        new RedisPendingKeys(redis.get(), redisConfig),
                        machine.nanoTime()::getAsLong,
                        () -> meters.fallbacks("marks").increment());
        };
    }

    @Singleton
    BatchLedger batchLedger(
            BackendConfig backends,
            Instance<LocalBackend> local,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Clock clock) {
        return switch (backends.queueKind()) {
            case FILESYSTEM -> LocalBackend.of(local).batchLedger();
            case SQS, REDIS -> new RedisBatchLedger(redis.get(), redisConfig, clock);
        };
    }

    @Singleton
    Checkpoints checkpoints(
            BackendConfig backends, Instance<LocalBackend> local, Instance<RedisLink> redis, RedisConfig redisConfig) {
        return switch (backends.queueKind()) {
            case FILESYSTEM -> LocalBackend.of(local).checkpoints();
            case SQS, REDIS -> new RedisCheckpoints(redis.get(), redisConfig);
        };
    }

    /** Opens catalogues by the form of their names: {@code s3://bucket/key}, or a path. */
    @Singleton
    CatalogueSource catalogueSource(@Identifier(ClientWiring.LIMITED) Instance<S3Client> s3) {
        return source -> source.startsWith("s3:") ? new S3CatalogueSource(s3.get()).open(source) : openFile(source);
    }

    /** Opens a file. A relative path starts at the working directory. */
    private static CatalogueSource.OpenCatalogue openFile(String source) throws IOException {
        Path file = Path.of(source);
        String version =
                Files.size(file) + "-" + Files.getLastModifiedTime(file).toMillis();
        return new CatalogueSource.OpenCatalogue(Files.newInputStream(file), version);
    }

    /** Callbacks. The parts that write and send them are made with the first one. */
    @Singleton
    Callbacks callbacks(
            CallbackConfig config,
            Instance<ProviderHttp> http,
            Instance<Callbacks.Bodies> bodies,
            JobQueue queue,
            TimeOrderedIds ids,
            Clock clock) {
        return new Callbacks(
                config.secrets(),
                CallbackTransport.of(http::get, config.allowedHosts().orElse(List.of()), config.timeout()),
                subject -> bodies.get().of(subject),
                queue,
                ids,
                clock);
    }

    /**
     * Uploads to S3; empty where images are files. Uploads are for batches that exceed API Gateway's limit on a
     * request, and there is no gateway in front of such a service.
     */
    @Singleton
    Optional<Uploads> uploads(
            BackendConfig backends,
            S3Config s3Config,
            @Identifier(ClientWiring.LIMITED) Instance<S3Client> s3,
            TimeOrderedIds ids,
            Clock clock) {
        return switch (backends.storeKind()) {
            case FILESYSTEM -> Optional.empty();
            case S3 -> Optional.of(new S3Uploads(S3Bucket.of(s3.get(), s3Config), ids, clock));
        };
    }

    @Singleton
    TimeOrderedIds ids(Machine machine) {
        return new TimeOrderedIds(machine.clock(), machine.random());
    }

    @Singleton
    DryRun dryRun(
            Planner planner,
            JobQueue queue,
            CreditBudget budget,
            AccountLimits limits,
            TemplateProviders providers,
            Instance<Supplier<Stats>> statistics) {
        return new DryRun(
                planner,
                queue,
                () -> budget.status(limits.main()).left(),
                providers::of,
                limits::of,
                providers::cost,
                () -> Optional.ofNullable(statistics.get().get().providerP50Millis())
                        .map(Duration::ofMillis));
    }

    @Singleton
    Worker worker(
            ImageService images,
            JobQueue queue,
            BatchLedger ledger,
            PendingKeys marks,
            TemplateProviders providers,
            PregenerationConfig config,
            Machine machine,
            Callbacks callbacks) {
        AttemptPolicy policy =
                new AttemptPolicy(config.maxAttempts(), config.backOff(), config.maxBackOff(), config.maxDeliveries());
        JobRunner runner = new JobRunner(
                images, queue, ledger, marks, new JobOutcomes(policy, machine.clock(), machine.random()), callbacks);
        return new Worker(
                queue,
                runner,
                providers,
                config.concurrency(),
                config.patience(),
                machine.clock(),
                machine.pause(),
                machine.threads());
    }
}
