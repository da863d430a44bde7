package dev.afterimage.wiring;

import dev.afterimage.aws.ClientLimits;
import dev.afterimage.aws.RefreshedSecret;
import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.SecretsConfig;
import dev.afterimage.aws.SqsConfig;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.time.Machine;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Identifier;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/**
 * Makes the clients of Redis and AWS. Those of AWS have time-outs of their own, and exist beside the clients of the
 * Quarkus extensions. A proxy is injected, and the client is made at its first call, so that a laptop makes none, and
 * neither does a function that only answers hits.
 */
class ClientWiring {

    /** The identifier of these clients, whose time is limited; it tells them from those of the extensions. */
    static final String LIMITED = "limited";

    @ApplicationScoped
    @Identifier(LIMITED) S3Client s3(Instance<S3ClientBuilder> configured, S3Config config) {
        return new ClientLimits(config.attemptTimeout(), config.timeout())
                .limitS3(configured.get())
                .build();
    }

    @ApplicationScoped
    @Identifier(LIMITED) SqsClient sqs(Instance<SqsClientBuilder> configured, SqsConfig config) {
        return new ClientLimits(config.attemptTimeout(), config.timeout())
                .limit(configured.get())
                .build();
    }

    @ApplicationScoped
    @Identifier(LIMITED) SecretsManagerClient secretsManager(Instance<SecretsManagerClientBuilder> configured, SecretsConfig config) {
        return new ClientLimits(config.attemptTimeout(), config.timeout())
                .limit(configured.get())
                .build();
    }

    @Singleton
    RefreshedSecret.Source secrets(
            @Identifier(LIMITED) Instance<SecretsManagerClient> client,
            SecretsConfig config,
            Clock clock,
            @VirtualThreads ExecutorService virtualThreads) {
        return new RefreshedSecret.Source(client::get, config.refresh(), clock, virtualThreads);
    }

    /** The one link to Redis. */
    @Singleton
    RedisLink redisLink(Instance<Redis> redis, RedisConfig config, Machine machine) {
        return new RedisLink(redis.get(), config, machine.nanoTime(), machine.pause());
    }
}
