package dev.afterimage.wiring;

import dev.afterimage.aws.S3Bucket;
import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.S3ImageStore;
import dev.afterimage.aws.S3TemplateVersions;
import dev.afterimage.cache.CacheConfig;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.NearIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.SigningIndex;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.metrics.MeteredIndex;
import dev.afterimage.metrics.MeteredStore;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.AnswerRoom;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisImageIndex;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.redis.RedisTemplateVersions;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Machine;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.s3.S3Client;

/** Chooses where entries, images and template versions are kept. */
// For the native image: Caffeine loads the class of each cache by name. quarkus-caffeine registers the usual ones;
// these are those of the cache in S3TemplateVersions.
@RegisterForReflection(
        classNames = {
            "com.github.benmanes.caffeine.cache.SSMSAR",
            "com.github.benmanes.caffeine.cache.PSAWRMW",
        },
        methods = false)
class CacheWiring {

    /**
     * Opens the local directory, if a part needs it, before the parts that use it are made. Throws, and so stops the start,
     * when it cannot be used.
     */
    void open(@Observes @Priority(1) StartupEvent start, BackendConfig backends, Instance<LocalBackend> local) {
        if (backends.usesLocal()) {
            LocalBackend.of(local).open();
        }
    }

    @Singleton
    ImageIndex index(
            BackendConfig backends,
            CacheConfig config,
            Instance<LocalBackend> local,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            DeliveryConfig delivery,
            Instance<UrlSigner> signer,
            Meters meters,
            Machine machine) {
        ImageIndex kept = switch (backends.indexKind()) {
            case FILESYSTEM -> LocalBackend.of(local).index();
            case REDIS -> new RedisImageIndex(redis.get(), redisConfig);
        };
        ImageIndex metered = new MeteredIndex(meters, kept);
        ImageIndex near = switch (backends.storeKind()) {
            // A file is checked at each hit, so in front of the near cache.
            case FILESYSTEM -> LocalBackend.of(local).withImagesPresent(near(metered, config, machine));
            case S3 -> near(metered, config, machine);
        };
        // Only CloudFront's signature takes long, and only a fleet's index keeps URLs.
        boolean signsAhead = backends.indexKind() == BackendConfig.IndexKind.REDIS
                && delivery.signer() == DeliveryConfig.Signer.CLOUDFRONT;
        return signsAhead ? new SigningIndex(near, signer::get) : near;
    }

    private static ImageIndex near(ImageIndex index, CacheConfig config, Machine machine) {
        return config.nearTtl().isZero()
                ? index
                : new NearIndex(index, config.nearTtl(), config.nearSize(), machine.nanoTime()::getAsLong);
    }

    @Singleton
    ImageStore store(
            BackendConfig backends,
            Instance<LocalBackend> local,
            S3Config s3Config,
            @Identifier(ClientWiring.LIMITED) Instance<S3Client> s3,
            Meters meters,
            AnswerRoom room) {
        ImageStore store = switch (backends.storeKind()) {
            case FILESYSTEM -> LocalBackend.of(local).store();
            case S3 -> new S3ImageStore(S3Bucket.of(s3.get(), s3Config));
        };
        // The memory that was reserved for an image is free when the image is stored.
        return new MeteredStore(meters, store, room::free);
    }

    @Singleton
    TemplateVersions templateVersions(
            BackendConfig backends,
            CacheConfig config,
            Instance<LocalBackend> local,
            S3Config s3Config,
            @Identifier(ClientWiring.LIMITED) Instance<S3Client> s3,
            Instance<RedisLink> redis,
            RedisConfig redisConfig,
            Machine machine) {
        TemplateVersions kept = switch (backends.storeKind()) {
            case FILESYSTEM -> LocalBackend.of(local).templateVersions();
            case S3 ->
                new S3TemplateVersions(
                        S3Bucket.of(s3.get(), s3Config),
                        s3Config.templateVersionsTtl(),
                        machine.clock(),
                        machine.threads());
        };
        return switch (backends.indexKind()) {
            case FILESYSTEM -> kept;
            case REDIS ->
                new RedisTemplateVersions(
                        redis.get(), redisConfig, kept, config.nearTtl(), machine.nanoTime()::getAsLong);
        };
    }
}
