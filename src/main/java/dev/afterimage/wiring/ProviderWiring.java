package dev.afterimage.wiring;

import dev.afterimage.aws.RefreshedSecret;
import dev.afterimage.aws.RefreshedSecret.SecretUnavailableException;
import dev.afterimage.aws.SecretKeys;
import dev.afterimage.aws.SecretsConfig;
import dev.afterimage.aws.SigV4Signer;
import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.generation.ProviderWebhooks.WebhookConfig;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.metrics.MeteredGenerator;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.AnswerRoom;
import dev.afterimage.provider.ApiKeys;
import dev.afterimage.provider.ApiKeys.ApiKey;
import dev.afterimage.provider.DescribedProvider;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProviderHttp;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.time.Pause;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Makes the image APIs. */
class ProviderWiring {

    @Produces
    @Singleton
    @Named("provider")
    ImageGenerator provider(
            TemplateProviders providers,
            ProviderHttp http,
            Function<ProviderConfig, ApiKeys> keys,
            @Named("demo") Instance<ImageGenerator> demo,
            PermitAcquirer permits,
            CallSettler settler,
            Instance<SigV4Signer> signer,
            Meters meters,
            Clock clock,
            Pause pause,
            ProviderWebhooks webhooks,
            @ConfigProperty(name = "aws.lambda.function.name") Optional<String> lambdaFunction) {
        ImageGenerator provider = providers.generator((choice, config) -> choice.isDemo()
                ? included(demo)
                : DescribedProvider.of(
                        choice,
                        config,
                        http,
                        keys.apply(config),
                        permits,
                        settler,
                        (service, method, url, headers, body) -> signer.get().sign(service, method, url, headers, body),
                        clock,
                        pause,
                        webhooks,
                        lambdaFunction.isPresent()));
        return new MeteredGenerator(meters, provider);
    }

    @Produces
    @Singleton
    TemplateProviders templateProviders(ProviderConfig config, ProvidersConfig others, TemplatesConfig templates) {
        return new TemplateProviders(config, others, templates);
    }

    @Produces
    @Singleton
    ProviderWebhooks webhooks(WebhookConfig config) {
        return new ProviderWebhooks(config);
    }

    /** Made when the first call must be signed. */
    @Produces
    @Singleton
    SigV4Signer signer(Clock clock) {
        return new SigV4Signer(DefaultCredentialsProvider.builder().build(), "us-east-1", clock);
    }

    /** Makes the API key of a provider: from Secrets Manager where a secret is named, else from the configuration. */
    @Produces
    @Singleton
    Function<ProviderConfig, ApiKeys> apiKeys(
            SecretsConfig secrets,
            @Identifier(ClientWiring.LIMITED) Instance<SecretsManagerClient> secretsManager,
            Clock clock,
            @VirtualThreads ExecutorService virtualThreads) {
        return config -> config.apiKeySecret()
                .map(name -> kept(name, secretsManager.get(), secrets, clock, virtualThreads))
                .orElseGet(() -> ApiKeys.configured(config));
    }

    private static ApiKeys kept(
            String name,
            SecretsManagerClient secretsManager,
            SecretsConfig secrets,
            Clock clock,
            ExecutorService virtualThreads) {
        RefreshedSecret<ApiKey> secret = new RefreshedSecret<>(
                secretsManager,
                name,
                text -> new ApiKey(SecretKeys.apiKey(text)),
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

    /** Prints the call that would be sent, and ends the process. */
    void check(@Observes @Priority(1) StartupEvent start, ProviderConfig config) {
        if (config.check()) {
            System.out.println(DescribedProvider.sample(config));
            Quarkus.asyncExit(0);
        }
    }

    /** The demo provider. A build without it starts, and each image fails with what must be set. */
    private static ImageGenerator included(Instance<ImageGenerator> demo) {
        if (demo.isUnsatisfied()) {
            return (request, attempt) -> {
                throw new AccessRefusedException(
                        "This build has no demo provider; set afterimage.provider.kind to another one.");
            };
        }
        return demo.get();
    }
}
