package dev.afterimage.provider;

import java.util.Optional;

/**
 * Port: the API key to use now. Asked before each call, because a key that is kept elsewhere is read when it is first needed,
 * and may be rotated while the service runs.
 */
@FunctionalInterface
public interface ApiKeys {

    /**
     * The key; empty when none is set. May block at first use.
     *
     * @throws dev.afterimage.generation.UnavailableException when it is kept elsewhere and cannot be read now
     */
    Optional<ApiKey> current();

    /**
     * The configured key, for as long as the process lives.
     *
     * @throws IllegalArgumentException when no HTTP header may carry it
     */
    static ApiKeys configured(ProviderConfig config) {
        Optional<ApiKey> key = ApiKey.of(config);
        return () -> key;
    }
}
