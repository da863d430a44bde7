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

    /** By a name of your choice, such as {@code afterimage.providers."art".kind=openai}. */
    Map<String, NamedProvider> providers();

    /** One API. Limits and time-outs are shared by all ({@code afterimage.provider}). */
    interface NamedProvider {

        /** Left out, the name itself. */
        Optional<String> kind();

        /** Where it is, in place of the described URL up to its first placeholder. */
        Optional<URI> url();

        /** Its own template or model name, for descriptions that call it {@code {target}}. */
        Optional<String> target();

        /** The account's name or id, for APIs that want it beside the key. */
        Optional<String> user();

        /** Its API key; never logged. */
        @WithName("api-key")
        Optional<String> apiKey();

        /** Instead of the key: the Secrets Manager secret that holds it. */
        @WithName("api-key-secret")
        Optional<String> apiKeySecret();

        /** Its budget a calendar month (UTC), in its own unit; left out, none is kept. */
        @WithName("monthly-credits")
        OptionalLong monthlyCredits();

        /** Hosts from which its result URLs may be fetched, beside its own and those of its description. */
        @WithName("allowed-hosts")
        Optional<List<String>> allowedHosts();
    }
}
