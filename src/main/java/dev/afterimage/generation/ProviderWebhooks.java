package dev.afterimage.generation;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.Sha256;
import dev.afterimage.time.Pause;
import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The webhooks by which providers say that a job may have ended: a signed URL for each image, and a way to wake the
 * poll that waits in this process. The content of a webhook is not read: it only makes the next poll come at once.
 */
public final class ProviderWebhooks {

    /** The path of a webhook, before the image's key, a slash and the signature. */
    public static final String PATH = "/v1/provider-webhooks/";

    /** How many webhooks are remembered that came between two waits: one is enough to end the next wait at once. */
    private static final int MOST_UNREAD = 1;

    private final Optional<byte[]> secret;
    private final String base;
    private final Map<ImageKey, Semaphore> waiting = new ConcurrentHashMap<>();

    /** Webhooks as configured; off without a secret. */
    public ProviderWebhooks(WebhookConfig config) {
        this(config.secret(), config.baseUrl());
    }

    ProviderWebhooks(Optional<String> secret, Optional<URI> baseUrl) {
        this.secret = secret.map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.base = baseUrl.map(URI::toString).orElse("").replaceFirst("/$", "");
    }

    /** Webhooks that are off. */
    public static ProviderWebhooks none() {
        return new ProviderWebhooks(Optional.empty(), Optional.empty());
    }

    public boolean areOn() {
        return secret.isPresent();
    }

    /** The webhook's URL for this image; empty when webhooks are off. */
    public Optional<String> url(ImageKey key) {
        return secret.map(known -> base + PATH + key.value() + "/" + signature(known, key));
    }

    /** Whether this signature is ours. The comparison takes the same time for every signature. */
    public boolean isOurs(ImageKey key, String signature) {
        return secret.filter(known -> MessageDigest.isEqual(
                        signature(known, key).getBytes(StandardCharsets.UTF_8),
                        signature.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    private static String signature(byte[] secret, ImageKey key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.hmac(secret, PATH + key.value()));
    }

    /** Wakes the poll that waits for this image in this process; false when there is none. */
    public boolean wake(ImageKey key) {
        Semaphore arrived = waiting.get(key);
        if (arrived != null && arrived.availablePermits() < MOST_UNREAD) {
            arrived.release();
        }
        return arrived != null;
    }

    /**
     * Starts to listen for webhooks of this image, until the {@link Subscription} is closed. A webhook that comes between two
     * waits ends the next one at once.
     */
    public Subscription listen(ImageKey key) {
        Semaphore arrived = new Semaphore(0);
        if (areOn()) {
            waiting.put(key, arrived);
        }
        return new Subscription(key, arrived);
    }

    /** The webhooks of one image, which cut the waits between its polls short. */
    public final class Subscription implements AutoCloseable {

        private final ImageKey key;
        private final Semaphore arrived;

        private Subscription(ImageKey key, Semaphore arrived) {
            this.key = key;
            this.arrived = arrived;
        }

        /** Returns after this time, or earlier when a webhook comes. */
        public void await(Duration wait, Pause pause) throws InterruptedException {
            if (areOn()) {
                boolean unused = pause.acquire(arrived, 1, wait);
            } else {
                pause.await(wait);
            }
        }

        @Override
        public void close() {
            waiting.remove(key, arrived);
        }
    }

    /** Webhooks by which providers say that a job has ended, so that its image comes earlier than by polls alone. */
    @ConfigMapping(prefix = "afterimage.webhooks")
    public interface WebhookConfig {

        /**
         * The minimum length of a secret in bytes: that of HMAC-SHA256's output; RFC 2104, section 3 discourages
         * shorter ones.
         */
        int SHORTEST_SECRET = 32;

        /** The secret that signs the webhooks' URLs, at least 32 bytes of text; no webhooks where left out. */
        Optional<String> secret();

        /** The URL at which providers reach this service, such as {@code https://images.example}; required with the secret. */
        Optional<URI> baseUrl();
    }
}
