package dev.afterimage.wiring;

import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.provider.ProviderIdentities;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Machine;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Compares the API with that of the last start, in the background. On Lambda, where somebody waits for the start, the
 * planner does it instead.
 */
@Singleton
class IdentityCheck {

    private final TemplateProviders providers;
    private final Instance<ImageStore> store;
    private final Machine machine;

    IdentityCheck(TemplateProviders providers, Instance<ImageStore> store, Machine machine) {
        this.providers = providers;
        this.store = store;
        this.machine = machine;
    }

    void begin(
            @Observes StartupEvent start,
            @ConfigProperty(name = "aws.lambda.function.name") Optional<String> lambdaFunction) {
        // Read here, so that a configuration that names no API stops the start.
        ProviderIdentity identity = providers.main().identity();
        if (lambdaFunction.isEmpty()) {
            machine.threads().execute(() -> ProviderIdentities.rememberAndTell(identity, store.get()));
        }
    }

    void run() {
        ProviderIdentities.rememberAndTell(providers.main().identity(), store.get());
    }
}
