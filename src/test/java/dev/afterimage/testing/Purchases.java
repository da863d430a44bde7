package dev.afterimage.testing;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Purchase;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Purchases for tests, by callers who have seen no image. */
public final class Purchases {

    /** How long what is bought is fresh. */
    public static final Duration PERIOD = Duration.ofHours(24);

    private static final AtomicLong NEXT = new AtomicLong(1);

    private Purchases() {}

    /** Of a key that nobody else buys. */
    public static Purchase next() {
        return of(new ImageKey(String.format("%064x", NEXT.getAndIncrement())));
    }

    public static Purchase of(ImageKey key) {
        return new Purchase(key, Purchase.DEFAULT_ACCOUNT, "card", "{}", PERIOD, "", Instant.EPOCH);
    }
}
