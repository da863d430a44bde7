package dev.afterimage.provider;

import dev.afterimage.provider.ProviderConfig.AccountConfig;
import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Further image APIs, for templates that name them ({@code afterimage.templates."hero".provider}). */
@ConfigMapping(prefix = "afterimage")
public interface ProvidersConfig {

    /** The further APIs by a name of your choice, such as {@code afterimage.providers."art".kind=openai}. */
    Map<String, NamedProvider> providers();

    /**
     * One API. An API for which a key, a rate, a window, a concurrency or accounts are set has an account of its own, with
     * limits, budget, cool-down and stops of its own. The others share limits, cool-down and stops of
     * {@code afterimage.provider}; what they cost is counted under their own names, against their own monthly credits where
     * these are set. Time-outs are shared by all.
     */
    interface NamedProvider extends AccountConfig {

        /** As {@code afterimage.provider.kind}; the name itself where left out. */
        Optional<String> kind();

        /** The API's URL; replaces the described one up to its first placeholder. */
        Optional<URI> url();

        /** The API's own template or model name, for descriptions that call it {@code {target}}. */
        Optional<String> target();

        /** Hosts from which the API's result URLs may be fetched, besides its own and those of its description. */
        Optional<List<String>> allowedHosts();

        /** Further accounts of the API; what one leaves out is as for the API's own key. */
        Map<String, AccountConfig> accounts();
    }
}
