package dev.afterimage.provider;

import dev.afterimage.provider.ProviderConfig.AccountConfig;
import dev.afterimage.provider.ProvidersConfig.NamedProvider;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How an API is called with one of its keys. Each component is a key of {@link ProviderConfig}, which explains it. */
public record ApiSettings(
        String kind,
        Optional<URI> url,
        Optional<String> target,
        Optional<String> user,
        Optional<String> apiKey,
        Optional<String> apiKeySecret,
        List<String> allowedHosts,
        Duration timeout,
        Duration connectTimeout,
        long maxBytes) {

    /** The settings of the main API. */
    public static ApiSettings of(ProviderConfig main) {
        return new ApiSettings(
                main.kind(),
                main.url(),
                main.target(),
                main.user(),
                main.apiKey(),
                main.apiKeySecret(),
                main.allowedHosts().orElse(List.of()),
                main.timeout(),
                main.connectTimeout(),
                main.maxBytes());
    }

    /**
     * The settings of a further API, with the time-outs and the maximum size of the main one. {@code other} is empty
     * where a template names a kind and nothing is configured for it.
     */
    static ApiSettings of(String name, Optional<NamedProvider> other, ProviderConfig main) {
        return new ApiSettings(
                other.flatMap(NamedProvider::kind).orElse(name),
                other.flatMap(NamedProvider::url),
                other.flatMap(NamedProvider::target),
                other.flatMap(NamedProvider::user),
                other.flatMap(NamedProvider::apiKey),
                other.flatMap(NamedProvider::apiKeySecret),
                other.flatMap(NamedProvider::allowedHosts).orElse(List.of()),
                main.timeout(),
                main.connectTimeout(),
                main.maxBytes());
    }

    /** These settings with the key of a further account, and its user if it has one. */
    ApiSettings of(AccountConfig account) {
        return new ApiSettings(
                kind,
                url,
                target,
                account.user().or(() -> user),
                account.apiKey(),
                account.apiKeySecret(),
                allowedHosts,
                timeout,
                connectTimeout,
                maxBytes);
    }

    ApiSettings withoutTarget() {
        return new ApiSettings(
                kind,
                url,
                Optional.empty(),
                user,
                apiKey,
                apiKeySecret,
                allowedHosts,
                timeout,
                connectTimeout,
                maxBytes);
    }

    /**
     * The longest time that one call may take: connecting and the answer, and where that answer is a URL or a job, both
     * once more for fetching or finishing it.
     */
    public Duration longestCall() {
        Duration once = connectTimeout.plus(timeout);
        return Descriptions.isFetched(kind) ? once.multipliedBy(2) : once;
    }

    /** Without the API key. */
    @Override
    public String toString() {
        return "ApiSettings[" + kind + "]";
    }
}
