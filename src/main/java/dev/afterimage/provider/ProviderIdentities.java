package dev.afterimage.provider;

import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Notices that the API is another one than at the last start. */
public final class ProviderIdentities {

    private static final Logger LOG = Logger.getLogger(ProviderIdentities.class);

    private static final String NOTE = "provider-identity";

    private ProviderIdentities() {}

    /**
     * Keeps the identity in the store, and logs a warning when it differs from the one that was kept: then all keys have
     * changed, and images that were made before are not found any more.
     *
     * @return the former identity, when it was another one
     */
    public static Optional<String> rememberAndTell(ProviderIdentity identity, ImageStore store) {
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
