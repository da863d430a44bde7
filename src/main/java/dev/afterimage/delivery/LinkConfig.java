package dev.afterimage.delivery;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Signed request links ({@code /i/…}), by which pages and crawlers have images made. */
@ConfigMapping(prefix = "afterimage.links")
public interface LinkConfig {

    /** The minimum length of a secret in bytes: that of HMAC-SHA256's output (RFC 2104, section 3). */
    int SHORTEST_SECRET = 32;

    /**
     * What links are signed with, by id: at least 32 bytes of text each. A link is honoured when any of them signed it,
     * so that one can be rotated. Left out, a laptop uses one that is derived from the key made at first start;
     * elsewhere there are no links.
     */
    Map<String, String> secrets();

    /** The id of the secret that signs; needed where there is more than one. */
    Optional<String> current();

    /**
     * Instead of {@code .secrets} and {@code .current}: the Secrets Manager secret that holds both, by name or ARN, as
     * JSON {@code {"current":"b","a":"…","b":"…"}}: each other member is a secret, named by its id. It may be rotated
     * while the service runs.
     */
    Optional<String> storedSecrets();

    /**
     * The URL with which links begin, such as {@code https://images.example}; left out, the host by which the caller
     * reached the service.
     */
    Optional<URI> baseUrl();

    /**
     * How long a link waits for an image that must be made, before it leads to the template's placeholder. Except on Lambda it
     * must be more than a second shorter than {@code quarkus.http.idle-timeout} (2 min).
     */
    @WithDefault("5s")
    @WithName("wait")
    Duration patience();

    /** As {@code .wait}, for crawlers, which come once and keep what they got. */
    @WithDefault("10s")
    @WithName("crawler-wait")
    Duration crawlerPatience();
}
