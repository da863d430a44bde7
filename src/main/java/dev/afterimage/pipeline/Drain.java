package dev.afterimage.pipeline;

import dev.afterimage.time.Pause;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The end of a process: what has left for the provider, and who waits for an answer, is waited for; nothing leaves any more.
 * Also tells whether anything is under way at all, for a process that is about to be frozen.
 */
@Singleton
public final class Drain {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Clock clock;
    private final Pause pause;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile @Nullable Instant begun;

    public Drain(Clock clock, Pause pause) {
        this.clock = clock;
        this.pause = pause;
    }

    /** From now on nothing new begins. Of several calls the first counts. */
    public void begin() {
        if (begun == null) {
            begun = clock.instant();
        }
    }

    public boolean hasBegun() {
        return begun != null;
    }

    /** Something has begun that must be waited for; whoever says so also says when it has {@linkplain #left ended}. */
    public void entered() {
        underWay.incrementAndGet();
    }

    public void left() {
        underWay.decrementAndGet();
    }

    public boolean isIdle() {
        return underWay.get() == 0;
    }

    /**
     * Waits until nothing is under way.
     *
     * @param atMost counted from the {@linkplain #begin begin} of the drain where it has begun, else from now
     * @return whether nothing is
     */
    public boolean awaitIdle(Duration atMost) throws InterruptedException {
        Instant from = begun;
        Instant end = (from == null ? clock.instant() : from).plus(atMost);
        while (!isIdle() && clock.instant().isBefore(end)) {
            pause.await(BETWEEN_LOOKS);
        }
        return isIdle();
    }
}
