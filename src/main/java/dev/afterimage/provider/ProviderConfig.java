package dev.afterimage.provider;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which image API is asked, and how it is reached. */
@ConfigMapping(prefix = "afterimage.provider")
public interface ProviderConfig {

    /**
     * The name of a description that ships (docs/providers.md lists them), {@code file:} and the path of another one, or
     * {@code demo}, the built-in renderer, for trying things without an account.
     */
    @WithDefault("demo")
    String kind();

    /** Where the API is, in place of the described URL up to its first placeholder; needed for {@code json}. */
    Optional<URI> url();

    /** The provider's own template or model name, for descriptions that call it {@code {target}}. */
    Optional<String> target();

    /** The account's name or id, for APIs that want it beside the key. */
    Optional<String> user();

    /** Prints the call that would be sent for a sample, with the API key masked, and ends without sending it. */
    @WithDefault("false")
    boolean check();

    /** The provider's API key; never logged. */
    @WithName("api-key")
    Optional<String> apiKey();

    /** Instead of it: the Secrets Manager secret that holds it, alone or as JSON {@code {"apiKey":"…"}}, by name or ARN. */
    @WithName("api-key-secret")
    Optional<String> apiKeySecret();

    /**
     * Further accounts of the same API, by a name of your choice; what one leaves out is as for the provider's own key. A call
     * takes the account that can start first. Each has a window, a cool-down, stops and a budget of its own.
     */
    Map<String, AccountConfig> accounts();

    /**
     * Hosts from which result URLs may be fetched, by exact name or address, or {@code *.example.com} for subdomains. The
     * provider's own host and those of its description are always allowed. A host named exactly may be private and plain http.
     */
    @WithName("allowed-hosts")
    Optional<List<String>> allowedHosts();

    /**
     * So long an answer is listened for, from the call's departure; after it the outcome is unknown, and may have been
     * billed. It has nothing to do with how long a caller waits. Where the answer is a URL or a job, fetching or finishing
     * that may take as long again.
     */
    @WithDefault("60s")
    Duration timeout();

    /** For DNS, TCP and TLS together; a call that gets no connection did not leave, and cost nothing. */
    @WithName("connect-timeout")
    @WithDefault("5s")
    Duration connectTimeout();

    /** A larger image is refused. */
    @WithName("max-bytes")
    @WithDefault("20971520")
    long maxBytes();

    /**
     * The longest that one call may take from its departure to its image: connecting, the answer, and where that answer is a URL
     * or a job, the same again for fetching or finishing it.
     */
    default Duration longestCall() {
        Duration once = connectTimeout().plus(timeout());
        return Descriptions.isFetched(kind()) ? once.multipliedBy(2) : once;
    }
}
