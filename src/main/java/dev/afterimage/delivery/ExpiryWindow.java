package dev.afterimage.delivery;

import dev.afterimage.image.ImageKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Rounds the expiries of an image's URLs up, so that everyone who asks for the image within a window of time gets the
 * same URL. Windows are {@code ttl} long. A URL that is made at any moment of a window expires at the end of the next
 * one: it is valid for more than {@code ttl} and at most twice that. The windows of different images begin at different
 * moments, because otherwise all images that are in use would have to be signed anew in the same second. When they
 * begin follows from the image's key, so it is the same in every instance whose clock is right.
 */
public final class ExpiryWindow {

    private final long seconds;
    private final Clock clock;

    /**
     * Windows of this length.
     *
     * @param ttl the shortest validity of a URL, whole seconds, because CloudFront counts in seconds
     */
    public ExpiryWindow(Duration ttl, Clock clock) {
        if (ttl.getSeconds() < 1 || ttl.getNano() != 0) {
            throw new IllegalArgumentException(
                    "afterimage.delivery.url-ttl must be whole seconds and at least 1s, such as 1h; it is " + ttl);
        }
        this.seconds = ttl.getSeconds();
        this.clock = clock;
    }

    /** The longest time for which a URL is valid: that of one signed at the beginning of a window. */
    public Duration longest() {
        return Duration.ofSeconds(Math.multiplyExact(seconds, 2));
    }

    /** The end of the window in which this expiry is given out. */
    Instant endOf(Instant expiry) {
        return expiry.minusSeconds(seconds);
    }

    /** When an image's URL that is signed now expires. */
    public Instant expiryOf(ImageKey key) {
        long begin = Math.floorMod(key.value().hashCode(), seconds);
        long window = Math.floorDiv(clock.instant().getEpochSecond() - begin, seconds);
        return Instant.ofEpochSecond(Math.addExact(Math.multiplyExact(Math.addExact(window, 2), seconds), begin));
    }
}
