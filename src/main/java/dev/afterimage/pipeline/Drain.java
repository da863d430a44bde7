package dev.afterimage.pipeline;

import dev.afterimage.time.Pause;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The orderly end of a process: no call leaves any more, and the calls and requests under way are waited for. Also says
 * whether anything is under way, for a process that is about to be frozen.
 */
@Singleton
public final class Drain {

    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final Clock clock;
    private final Pause pause;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile @Nullable Instant begun;

    public Drain(Clock clock, Pause pause) {
        this.clock = clock;
        this.pause = pause;
    }

    /** Begins the drain: from now on nothing new starts. Only the first call counts. */
    public void begin() {
        if (begun == null) {
            begun = clock.instant();
        }
    }

    public boolean hasBegun() {
        return begun != null;
    }

    /** To be called when work begins that the drain must wait for; {@link #left} must be called when it has ended. */
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
     * @param atMost counted from the {@linkplain #begin begin} of the drain, or from now where it has not begun
     * @return whether nothing is under way; false when the time is over
     */
    public boolean awaitIdle(Duration atMost) throws InterruptedException {
        Instant from = begun;
        Instant end = (from == null ? clock.instant() : from).plus(atMost);
        while (!isIdle() && clock.instant().isBefore(end)) {
            pause.await(POLL_INTERVAL);
        }
        return isIdle();
    }
}
