package dev.afterimage.testing;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.PendingKeys;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Pending marks in memory that can be lost, or told to fail for one key. */
public final class MemoryPendingKeys implements PendingKeys {

    private final Map<ImageKey, Mark> marks = new ConcurrentHashMap<>();
    private final Set<ImageKey> givenUp = ConcurrentHashMap.newKeySet();
    private @Nullable ImageKey broken;
    private boolean lost;

    public void breakFor(ImageKey key) {
        broken = key;
    }

    public void lose(boolean isLost) {
        lost = isLost;
    }

    private void failIfLost() {
        if (lost) {
            throw new QueueUnavailableException("lost", new IllegalStateException());
        }
    }

    @Override
    public Mark of(ImageKey key) {
        failIfLost();
        return marks.getOrDefault(key, Mark.NONE);
    }

    @Override
    public void intend(ImageKey key) {
        failIfLost();
        marks.putIfAbsent(key, Mark.INTENDED);
        givenUp.remove(key);
    }

    @Override
    public void confirm(ImageKey key) {
        failIfLost();
        marks.replace(key, Mark.CONFIRMED);
    }

    @Override
    public void clear(ImageKey key) {
        failIfLost();
        if (key.equals(broken)) {
            throw new QueueUnavailableException("broken", new IllegalStateException());
        }
        marks.remove(key);
    }

    @Override
    public void giveUp(ImageKey key) {
        failIfLost();
        givenUp.add(key);
    }

    @Override
    public boolean isGivenUp(ImageKey key) {
        failIfLost();
        return givenUp.contains(key);
    }
}
