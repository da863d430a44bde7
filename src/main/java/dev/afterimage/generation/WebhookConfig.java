package dev.afterimage.generation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.net.URI;
import java.util.Optional;

/** How providers that make images in jobs may say that one has ended. Without it they are polled, and that is all. */
@ConfigMapping(prefix = "afterimage.webhooks")
public interface WebhookConfig {

    /** Bytes: as many as HMAC-SHA256 has strength for (RFC 2104, section 3). */
    int SHORTEST_SECRET = 32;

    /** What the addresses are signed with that providers are given: at least 32 bytes of text. Left out, there are none. */
    Optional<String> secret();

    /** Where providers reach this service, such as {@code https://images.example}; needed with the secret. */
    @WithName("base-url")
    Optional<URI> baseUrl();
}
