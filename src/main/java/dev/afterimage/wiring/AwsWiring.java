package dev.afterimage.wiring;

import dev.afterimage.aws.ClientLimits;
import dev.afterimage.aws.S3Clients;
import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.SecretsConfig;
import dev.afterimage.aws.SqsConfig;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/**
 * Amazon's clients with limits of their own, beside those that the extensions make. What is injected stands in for a client,
 * which is made by the first call: a laptop never makes one, and a function that only answers hits doesn't either.
 */
class AwsWiring {

    /** Tells these clients from the extensions'. */
    static final String LIMITED = "limited";

    @Produces
    @ApplicationScoped
    @Identifier(LIMITED) S3Client s3(Instance<S3ClientBuilder> configured, S3Config config) {
        return S3Clients.prepare(configured.get(), ClientLimits.of(config)).build();
    }

    @Produces
    @ApplicationScoped
    @Identifier(LIMITED) SqsClient sqs(Instance<SqsClientBuilder> configured, SqsConfig config) {
        return ClientLimits.of(config).limit(configured.get()).build();
    }

    @Produces
    @ApplicationScoped
    @Identifier(LIMITED) SecretsManagerClient secretsManager(Instance<SecretsManagerClientBuilder> configured, SecretsConfig config) {
        return ClientLimits.of(config).limit(configured.get()).build();
    }
}
