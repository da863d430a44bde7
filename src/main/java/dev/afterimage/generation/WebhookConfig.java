package dev.afterimage.generation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.net.URI;
import java.util.Optional;

/** Webhooks by which providers say that a job has ended, so that its image comes earlier than by polls alone. */
@ConfigMapping(prefix = "afterimage.webhooks")
public interface WebhookConfig {

    /** The least length of a secret in bytes: a longer one does not make HMAC-SHA256 much stronger (RFC 2104, section 3). */
    int SHORTEST_SECRET = 32;

    /** The secret that signs the webhooks' URLs, at least 32 bytes of text; no webhooks where left out. */
    Optional<String> secret();

    /** The URL at which providers reach this service, such as {@code https://images.example}; required with the secret. */
    @WithName("base-url")
    Optional<URI> baseUrl();
}
