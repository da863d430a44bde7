package dev.afterimage.wiring;

import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Machine;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Warns when the images are made by another API than at the last start, because then all keys have changed. It compares
 * in the background after a start; on Lambda, where a caller waits for the start, before each plan.
 */
@Singleton
class IdentityCheck {

    private static final Logger LOG = Logger.getLogger(IdentityCheck.class);
    private static final String NOTE = "provider-identity";

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
        // Read at once, so that a configuration that names no API stops the start.
        ProviderIdentity identity = providers.main().identity();
        if (lambdaFunction.isEmpty()) {
            machine.threads().execute(() -> warnIfChanged(identity, store.get()));
        }
    }

    void run() {
        warnIfChanged(providers.main().identity(), store.get());
    }

    /**
     * Keeps the identity in the store, and logs a warning when it differs from the one that was kept: then all keys have
     * changed, and images that were made before are not found any more.
     *
     * @return the former identity, when it was another one
     */
    static Optional<String> warnIfChanged(ProviderIdentity identity, ImageStore store) {
        try {
            Optional<String> former = store.note(NOTE);
            if (former.equals(Optional.of(identity.value()))) {
                return Optional.empty();
            }
            former.ifPresent(before -> LOG.warnf(
                    "The images are made by another API than at the last start (%s, before %s): the keys of all images have"
                            + " changed, and each is bought anew when it is asked for. If that is not meant, set"
                            + " afterimage.provider.kind and .url back.",
                    identity.value(), before));
            store.note(NOTE, identity.value());
            return former;
        } catch (StoreUnavailableException e) {
            LOG.infof("Whether the API has changed since the last start is not known: %s", e.getMessage());
            return Optional.empty();
        }
    }
}
