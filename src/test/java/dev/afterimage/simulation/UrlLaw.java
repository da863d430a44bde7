package dev.afterimage.simulation;

import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Laws 5 and 10 for signed URLs: a URL names the very image of its answer, not an older or newer one of its key, and is
 * valid for more than {@code url-ttl} and at most twice that, by the clock of the process that answers.
 */
final class UrlLaw {

    private static final Pattern URL = Pattern.compile("/images/([0-9a-f]+)\\?v=([0-9a-z]+)&Expires=([0-9]+)$");

    private final Fleet fleet;
    private final Duration ttl;

    UrlLaw(Fleet fleet) {
        this.fleet = fleet;
        this.ttl = fleet.scenario().settings().of(DeliveryConfig.class).urlTtl();
    }

    /**
     * Checks a URL.
     *
     * @param createdAt when the answer's image was made
     * @param answered when the URL was signed, by the clock of the process that signed it
     */
    void check(SignedUrl signed, ImageKey key, Instant createdAt, Instant answered) {
        fleet.tried(Trial.URL_SIGNED);
        Matcher url = URL.matcher(signed.url());
        if (!url.find()
                || !url.group(1).equals(key.value())
                || !version(url.group(2)).equals(createdAt)) {
            fleet.violated("law 5", "the URL of the image of %s is %s", createdAt, signed.url());
            return;
        }
        Duration left = Duration.between(answered, signed.expiresAt());
        if (left.compareTo(ttl) <= 0
                || left.compareTo(ttl.multipliedBy(2)) > 0
                || Long.parseLong(url.group(3)) != signed.expiresAt().getEpochSecond()) {
            fleet.violated("law 10", "valid for %s (%s): %s", left, ttl, signed.url());
        }
    }

    private static Instant version(String text) {
        return Instant.ofEpochMilli(Long.parseLong(text, Character.MAX_RADIX));
    }
}
