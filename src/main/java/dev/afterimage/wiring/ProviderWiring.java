package dev.afterimage.wiring;

import dev.afterimage.aws.RefreshedSecret;
import dev.afterimage.aws.SecretKeys;
import dev.afterimage.aws.SigV4Signer;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.generation.ProviderWebhooks.WebhookConfig;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.metrics.MeteredGenerator;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.AnswerRoom;
import dev.afterimage.provider.ApiKeys;
import dev.afterimage.provider.ApiKeys.ApiKey;
import dev.afterimage.provider.ApiSettings;
import dev.afterimage.provider.DescribedProvider;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProviderHttp;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.provider.demo.DemoConfig;
import dev.afterimage.provider.demo.DemoProvider;
import dev.afterimage.time.Pause;
import io.quarkus.arc.properties.UnlessBuildProperty;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** Makes the generators of the configured image APIs. */
class ProviderWiring {

    @Singleton
    @Named("provider")
    ImageGenerator provider(
            TemplateProviders providers,
            ProviderHttp http,
            Function<ApiSettings, ApiKeys> keys,
            @Named("demo") Instance<ImageGenerator> demo,
            PermitAcquirer permits,
            Instance<SigV4Signer> signer,
            Meters meters,
            Clock clock,
            Pause pause,
            ProviderWebhooks webhooks,
            @ConfigProperty(name = "aws.lambda.function.name") Optional<String> lambdaFunction) {
        DescribedProvider.Parts parts = DescribedProvider.Parts.of(
                http,
                permits,
                (service, method, url, headers, body) -> signer.get().sign(service, method, url, headers, body),
                clock,
                pause,
                webhooks,
                lambdaFunction.isPresent());
        ImageGenerator provider = providers.generator((api, settings) ->
                api.isDemo() ? included(demo) : DescribedProvider.of(api, settings, keys.apply(settings), parts));
        return new MeteredGenerator(meters, provider);
    }

    @Singleton
    ProviderWebhooks webhooks(WebhookConfig config) {
        return new ProviderWebhooks(config);
    }

    /** The signer of calls to image APIs of AWS, made for the first such call. */
    @Singleton
    SigV4Signer signer(Clock clock) {
        return new SigV4Signer(DefaultCredentialsProvider.builder().build(), "us-east-1", clock);
    }

    /**
     * Makes the source of an account's API key: from Secrets Manager where a secret is named, else from the
     * configuration.
     */
    @Singleton
    Function<ApiSettings, ApiKeys> apiKeys(Instance<RefreshedSecret.Source> secrets) {
        return settings -> settings.apiKeySecret()
                .map(name -> ofSecret(name, secrets.get()))
                .orElseGet(() -> ApiKeys.configured(settings));
    }

    private static ApiKeys ofSecret(String name, RefreshedSecret.Source secrets) {
        RefreshedSecret<ApiKey> secret = new RefreshedSecret<>(
                secrets,
                name,
                text -> new ApiKey(SecretKeys.apiKey(text)),
                e -> new KeyUnavailableException("the provider's API key cannot be read", e));
        return () -> Optional.of(secret.get());
    }

    @Singleton
    AnswerRoom answerRoom() {
        return AnswerRoom.ofHeap();
    }

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

    /**
     * The demo provider. A build without it starts all the same, and each image fails with a message that says what to
     * set.
     */
    private static ImageGenerator included(Instance<ImageGenerator> demo) {
        if (demo.isUnsatisfied()) {
            return (request, attempt) -> {
                throw new AccessRefusedException(
                        "This build has no demo provider; set afterimage.provider.kind to another one.");
            };
        }
        return demo.get();
    }

    /**
     * The built-in provider. It draws with AWT, which should not be in a native binary: built with
     * {@code -Dafterimage.demo.included=false}, nothing refers to it and it is left out.
     */
    static class Demo {

        @Singleton
        @Named("demo")
        @UnlessBuildProperty(name = "afterimage.demo.included", stringValue = "false", enableIfMissing = true)
        ImageGenerator demo(DemoConfig config, Clock clock, Pause pause) {
            return new DemoProvider(config, clock, pause);
        }
    }
}
