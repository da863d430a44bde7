package dev.afterimage.testing;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.Backlog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what was queued, and with which delay. */
public final class FakeBacklog implements Backlog {

    private final Map<ImageKey, Duration> delays = new ConcurrentHashMap<>();
    private final List<ImageKey> refreshed = new CopyOnWriteArrayList<>();

    public Map<ImageKey, Duration> delays() {
        return delays;
    }

    @Override
    public void accept(ImageKey key, ImageRequest request, Caller payer, Duration delay) {
        delays.put(key, delay);
    }

    @Override
    public void refresh(ImageKey key, ImageRequest request) {
        refreshed.add(key);
    }

    /** The keys to be refreshed in the background, one for each request. */
    public List<ImageKey> refreshed() {
        return List.copyOf(refreshed);
    }

    @Override
    public boolean contains(ImageKey key) {
        return delays.containsKey(key);
    }
}
