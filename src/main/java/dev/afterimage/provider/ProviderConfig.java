package dev.afterimage.provider;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The image API that is called, and how. */
@ConfigMapping(prefix = "afterimage.provider")
public interface ProviderConfig {

    /** The default of {@link #kind()}. */
    String DEFAULT_KIND = "demo";

    /** The default of {@link #timeout()}. */
    String DEFAULT_TIMEOUT = "60s";

    /** The default of {@link #connectTimeout()}. */
    String DEFAULT_CONNECT_TIMEOUT = "5s";

    /**
     * The API: the name of a built-in description (docs/providers.md lists them), {@code file:} and the path of another
     * one, {@code s3:bucket/key} for one in S3, which is read when a process starts, or {@code demo}, the built-in renderer,
     * for trying the service without an account.
     */
    @WithDefault(DEFAULT_KIND)
    String kind();

    /** The API's URL; replaces the described one up to its first placeholder. Needed for {@code json}. */
    Optional<URI> url();

    /** The provider's own template or model name, for descriptions that call it {@code {target}}. */
    Optional<String> target();

    /** The account's name or id, for APIs that need it besides the key. */
    Optional<String> user();

    /**
     * Whether the service only prints the call that it would send for a sample request, with the API key masked, and
     * ends.
     */
    @WithDefault("false")
    boolean check();

    /** The provider's API key; never logged. */
    Optional<String> apiKey();

    /**
     * In place of the key: the name or ARN of the Secrets Manager secret that holds it, alone or as JSON
     * {@code {"apiKey":"…"}}.
     */
    Optional<String> apiKeySecret();

    /**
     * Further accounts of the same API, by a name of your choice; a setting that an account leaves out is that of
     * {@code afterimage.provider}. Each call goes to the account with which it can start first. Each has a window, a
     * cool-down, stops and a budget of its own.
     */
    Map<String, AccountConfig> accounts();

    /**
     * Hosts from which result URLs may be fetched, by exact name or address, or {@code *.example.com} for subdomains. The
     * provider's own host and those of its description are always allowed. A host named exactly may be private and plain http.
     */
    Optional<List<String>> allowedHosts();

    /**
     * How long the service waits for an answer, from the call's departure. After that the outcome is unknown, and the call may
     * have been billed. It is independent of how long a caller waits. Where the answer is a URL or a job, fetching or
     * finishing it may take as long again.
     */
    @WithDefault(DEFAULT_TIMEOUT)
    Duration timeout();

    /** How long DNS, TCP and TLS may take together. A call that gets no connection did not leave, and cost nothing. */
    @WithDefault(DEFAULT_CONNECT_TIMEOUT)
    Duration connectTimeout();

    /** The size in bytes above which an image is refused; at least 1. */
    @WithDefault("20971520")
    long maxBytes();

    /** One account of an image API. */
    interface AccountConfig {

        /** The account's API key; never logged. */
        Optional<String> apiKey();

        /** In place of the key: the name or ARN of the Secrets Manager secret that holds it. */
        Optional<String> apiKeySecret();

        /** The account's name or id, for APIs that need it besides the key; where an account leaves it out, its provider's. */
        Optional<String> user();

        /**
         * The account's calls in any window of {@link #rateWindow()}, at least 1; where an account leaves it out, its
         * provider's.
         */
        OptionalInt rate();

        /** The length of the account's window; where an account leaves it out, its provider's. */
        Optional<Duration> rateWindow();

        /** The account's calls in flight at once, at least 1; where an account leaves it out, its provider's. */
        OptionalInt concurrency();

        /**
         * What the account's images may cost in a calendar month (UTC), in the provider's own unit, 0 or more; where an
         * account leaves it out, its provider's.
         */
        OptionalLong monthlyCredits();
    }
}
