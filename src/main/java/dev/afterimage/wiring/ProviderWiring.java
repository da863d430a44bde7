package dev.afterimage.wiring;

import dev.afterimage.aws.RefreshedSecret;
import dev.afterimage.aws.SecretApiKey;
import dev.afterimage.aws.SecretUnavailableException;
import dev.afterimage.aws.SecretsConfig;
import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.metrics.MeteredGenerator;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.AddressGuard;
import dev.afterimage.provider.AnswerRoom;
import dev.afterimage.provider.ApiKey;
import dev.afterimage.provider.ApiKeys;
import dev.afterimage.provider.HostResolver;
import dev.afterimage.provider.ImejisProvider;
import dev.afterimage.provider.JsonProvider;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProviderHttp;
import dev.afterimage.provider.ResultFetcher;
import dev.afterimage.time.Pause;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Chooses the image API. */
class ProviderWiring {

    @Produces
    @Singleton
    @Named("provider")
    ImageGenerator provider(
            ProviderConfig config,
            ProviderHttp http,
            ApiKeys keys,
            @Named("demo") Instance<ImageGenerator> demo,
            Meters meters,
            Clock clock,
            Pause pause) {
        ImageGenerator provider = switch (config.kind()) {
            case DEMO -> included(demo);
            case JSON -> new JsonProvider(http, fetcher(config, http, clock, pause), config, keys, clock);
            case IMEJIS -> new ImejisProvider(http, config, keys, clock);
        };
        return new MeteredGenerator(meters, provider);
    }

    /** From Secrets Manager where a secret is named, else from the configuration. */
    @Produces
    @Singleton
    ApiKeys apiKeys(
            ProviderConfig config,
            SecretsConfig secrets,
            @Identifier(AwsWiring.LIMITED) Instance<SecretsManagerClient> secretsManager,
            Clock clock,
            @VirtualThreads ExecutorService virtualThreads) {
        if (config.apiKeySecret().isEmpty()) {
            return ApiKeys.configured(config);
        }
        RefreshedSecret<ApiKey> secret = new RefreshedSecret<>(
                secretsManager.get(),
                config.apiKeySecret().get(),
                text -> new ApiKey(SecretApiKey.read(text)),
                secrets.refresh(),
                clock,
                virtualThreads);
        return () -> {
            try {
                return Optional.of(secret.get());
            } catch (SecretUnavailableException e) {
                throw new UnavailableException("the provider's API key cannot be read", e);
            }
        };
    }

    @Produces
    @Singleton
    AnswerRoom answerRoom() {
        return AnswerRoom.ofHeap();
    }

    @Produces
    @Singleton
    ProviderHttp providerHttp(Vertx vertx, ProviderConfig config, AnswerRoom room, Clock clock) {
        return new ProviderHttp(vertx, config.connectTimeout(), room, clock);
    }

    void close(@Disposes ProviderHttp http) {
        http.close();
    }

    private static ResultFetcher fetcher(ProviderConfig config, ProviderHttp http, Clock clock, Pause pause) {
        AddressGuard guard =
                new AddressGuard(config.url(), config.allowedHosts().orElse(List.of()), HostResolver.ofMachine());
        return new ResultFetcher(http, guard, config.maxBytes(), config.timeout(), clock, pause);
    }

    /** A build without the demo starts all the same, and says with the first picture what has to be set. */
    private static ImageGenerator included(Instance<ImageGenerator> demo) {
        if (demo.isUnsatisfied()) {
            return (request, attempt) -> {
                throw new AccessRefusedException(
                        "This build has no demo provider; set afterimage.provider.kind to json or imejis.");
            };
        }
        return demo.get();
    }
}
