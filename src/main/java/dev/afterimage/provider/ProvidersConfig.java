package dev.afterimage.provider;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Further image APIs, for templates that name them ({@code afterimage.templates."hero".provider}). */
@ConfigMapping(prefix = "afterimage")
public interface ProvidersConfig {

    /** The further APIs by a name of your choice, such as {@code afterimage.providers."art".kind=openai}. */
    Map<String, NamedProvider> providers();

    /** One API. Limits and time-outs are shared by all ({@code afterimage.provider}). */
    interface NamedProvider {

        /** As {@code afterimage.provider.kind}; the name itself where left out. */
        Optional<String> kind();

        /** Its URL; replaces the described one up to its first placeholder. */
        Optional<URI> url();

        /** Its own template or model name, for descriptions that call it {@code {target}}. */
        Optional<String> target();

        /** The account's name or id, for APIs that need it besides the key. */
        Optional<String> user();

        /** Its API key; never logged. */
        @WithName("api-key")
        Optional<String> apiKey();

        /** In place of the key: the name or ARN of the Secrets Manager secret that holds it. */
        @WithName("api-key-secret")
        Optional<String> apiKeySecret();

        /** What its images may cost in a calendar month (UTC), in its own unit; no limit where left out. */
        @WithName("monthly-credits")
        OptionalLong monthlyCredits();

        /** Hosts from which its result URLs may be fetched, besides its own and those of its description. */
        @WithName("allowed-hosts")
        Optional<List<String>> allowedHosts();
    }
}
