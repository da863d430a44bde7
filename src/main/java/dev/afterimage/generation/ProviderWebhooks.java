package dev.afterimage.generation;

import dev.afterimage.image.ImageKey;
import dev.afterimage.time.Pause;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The webhooks by which providers say that a job may have ended: a signed URL for each image, and the polls in this
 * process that wait for one. The content of a call is not read: it only makes the next poll come at once.
 */
public final class ProviderWebhooks {

    /** The path of a webhook, before the image's key, a slash and the signature. */
    public static final String PATH = "/v1/provider-webhooks/";

    private static final int MOST_RINGS = 1;

    private final Optional<SecretKeySpec> secret;
    private final String base;
    private final Map<ImageKey, Semaphore> waiting = new ConcurrentHashMap<>();

    /** Webhooks as configured; off without a secret. */
    public ProviderWebhooks(WebhookConfig config) {
        this(config.secret(), config.baseUrl());
    }

    ProviderWebhooks(Optional<String> secret, Optional<URI> baseUrl) {
        this.secret = secret.map(text -> new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
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

    private static String signature(SecretKeySpec secret, ImageKey key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            byte[] code = mac.doFinal((PATH + key.value()).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform must support HmacSHA256", e);
        }
    }

    /** Wakes the poll that waits for this image in this process; false when there is none. */
    public boolean wake(ImageKey key) {
        Semaphore bell = waiting.get(key);
        if (bell != null && bell.availablePermits() < MOST_RINGS) {
            bell.release();
        }
        return bell != null;
    }

    /**
     * Starts to listen for this image, until the answer is closed. A call that comes between two waits ends the next one.
     */
    public Bell listen(ImageKey key) {
        Semaphore bell = new Semaphore(0);
        if (areOn()) {
            waiting.put(key, bell);
        }
        return new Bell(key, bell);
    }

    /** A poll that listens for calls. */
    public final class Bell implements AutoCloseable {

        private final ImageKey key;
        private final Semaphore bell;

        private Bell(ImageKey key, Semaphore bell) {
            this.key = key;
            this.bell = bell;
        }

        /** Returns after this time, or earlier when a call comes. */
        public void await(Duration wait, Pause pause) throws InterruptedException {
            if (areOn()) {
                boolean unused = pause.acquire(bell, 1, wait);
            } else {
                pause.await(wait);
            }
        }

        @Override
        public void close() {
            waiting.remove(key, bell);
        }
    }
}
