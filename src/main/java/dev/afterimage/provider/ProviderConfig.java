package dev.afterimage.provider;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which image API is asked, and how it is reached. */
@ConfigMapping(prefix = "afterimage.provider")
public interface ProviderConfig {

    /** The contract that the provider speaks. */
    enum Kind {
        /** The built-in renderer, for trying things without an account. */
        DEMO,
        /** {@code POST {url}} with {@code {"template","data"}}; answers an image URL, base64 or bytes. */
        JSON,
        /** Imejis' render API. */
        IMEJIS
    }

    @WithDefault("demo")
    Kind kind();

    /** The endpoint; needed for {@code json}, known for {@code imejis}. */
    Optional<URI> url();

    /** The provider's API key; never logged. */
    @WithName("api-key")
    Optional<String> apiKey();

    /** Instead of it: the Secrets Manager secret that holds it, alone or as JSON {@code {"apiKey":"…"}}, by name or ARN. */
    @WithName("api-key-secret")
    Optional<String> apiKeySecret();

    /**
     * Hosts from which result URLs may be fetched, by exact name or address, or {@code *.example.com} for subdomains. The
     * provider's own host is always allowed. A host named exactly may be private and plain http.
     */
    @WithName("allowed-hosts")
    Optional<List<String>> allowedHosts();

    /**
     * So long an answer is listened for, from the call's departure; after it the outcome is unknown, and may have been
     * billed. It has nothing to do with how long a caller waits.
     */
    @WithDefault("60s")
    Duration timeout();

    /** For DNS, TCP and TLS together; a call that gets no connection did not leave, and cost nothing. */
    @WithName("connect-timeout")
    @WithDefault("5s")
    Duration connectTimeout();

    /** A larger picture is refused. */
    @WithName("max-bytes")
    @WithDefault("20971520")
    long maxBytes();

    /**
     * The longest that one call may take from its permit to its picture: connecting (twice, when a pooled connection turns
     * out to be dead), the answer, and where that answer is a URL, fetching it.
     */
    default Duration longestCall() {
        return connectTimeout().plus(timeout()).multipliedBy(2);
    }
}
