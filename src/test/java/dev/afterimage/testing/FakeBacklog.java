package dev.afterimage.testing;

import dev.afterimage.generation.Backlog;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what was queued, and with which delay. */
public final class FakeBacklog implements Backlog {

    private final Map<ImageKey, Duration> delays = new ConcurrentHashMap<>();

    public Map<ImageKey, Duration> delays() {
        return delays;
    }

    @Override
    public void accept(ImageKey key, ImageRequest request, Duration delay) {
        delays.put(key, delay);
    }

    @Override
    public boolean contains(ImageKey key) {
        return delays.containsKey(key);
    }
}
