package dev.afterimage.testing;

import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.generation.ProviderWebhooks.WebhookConfig;
import java.net.URI;
import java.util.Optional;

/** Webhooks for tests. */
public final class Webhooks {

    public static final String BASE = "https://images.example";

    private Webhooks() {}

    public static ProviderWebhooks on() {
        return on("0123456789abcdef0123456789abcdef");
    }

    public static ProviderWebhooks on(String secret) {
        return new ProviderWebhooks(new WebhookConfig() {
            @Override
            public Optional<String> secret() {
                return Optional.of(secret);
            }

            @Override
            public Optional<URI> baseUrl() {
                return Optional.of(URI.create(BASE + "/"));
            }
        });
    }
}
