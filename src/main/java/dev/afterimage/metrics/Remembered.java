package dev.afterimage.metrics;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer of a port that is asked at most once in a while, however many gauges are read; empty while the port fails.
 *
 * @param <T> the answer
 */
final class Remembered<T> {

    private final Supplier<T> port;
    private final Duration lifetime;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable T answer;
    private Instant askAgain = Instant.MIN;

    /**
     * Nothing is asked yet.
     *
     * @param lifetime how long an answer, or that there is none, holds
     */
    Remembered(Supplier<T> port, Duration lifetime, Clock clock) {
        this.port = port;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /** The last answer; null when the port could not give it. */
    @Nullable T get() {
        lock.lock();
        try {
            Instant now = clock.instant();
            if (!now.isBefore(askAgain)) {
                answer = ask();
                askAgain = now.plus(lifetime);
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable T ask() {
        try {
            return port.get();
        } catch (RuntimeException unavailable) {
            return null;
        }
    }
}
