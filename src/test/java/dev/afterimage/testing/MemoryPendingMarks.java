package dev.afterimage.testing;

import dev.afterimage.image.ImageKey;
import dev.afterimage.pregeneration.queue.PendingMarks;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Pending marks in memory that can be told to fail for one key. */
public final class MemoryPendingMarks implements PendingMarks {

    private final Map<ImageKey, Mark> marks = new ConcurrentHashMap<>();
    private @Nullable ImageKey broken;

    public void breakFor(ImageKey key) {
        broken = key;
    }

    @Override
    public Mark of(ImageKey key) {
        return marks.getOrDefault(key, Mark.NONE);
    }

    @Override
    public void intend(ImageKey key) {
        marks.putIfAbsent(key, Mark.INTENDED);
    }

    @Override
    public void confirm(ImageKey key) {
        marks.replace(key, Mark.CONFIRMED);
    }

    @Override
    public void clear(ImageKey key) {
        if (key.equals(broken)) {
            throw new QueueUnavailableException("broken", new IllegalStateException());
        }
        marks.remove(key);
    }
}
