package dev.afterimage.generation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a short time what is asked for in vain, so that a broken page costs a call or two and not one a view.
 *
 * <ul>
 *   <li>What the provider rejected for good is not asked for again until the time is over. A wrong API key is not
 *       remembered: it is mended without changing the request.
 *   <li>What was paid for and is no picture may be a slip: it is asked for once more at once, and then after pauses that grow to
 *       the same time.
 * </ul>
 *
 * <p>Each process remembers for itself.
 */
public final class FailureMemory {

    private static final int MOST = 10_000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    /**
     * A failure that is known.
     *
     * @param times how often in a row
     * @param until when it is no longer repeated, in the ticker's nanoseconds
     */
    private record Known(GenerationException failure, int times, long until) {}

    private final Cache<ImageKey, Known> known;
    private final long ttl;
    private final Ticker ticker;

    /**
     * A memory that knows nothing yet.
     *
     * @param ttl the longest time for which a failure is repeated; zero: none is
     */
    public FailureMemory(Duration ttl, Ticker ticker) {
        this.ttl = ttl.toNanos();
        this.ticker = ticker;
        this.known = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(ttl.multipliedBy(2))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** What asking the provider would only repeat. */
    Optional<GenerationException> find(ImageKey key) {
        @Nullable Known found = known.getIfPresent(key);
        return Optional.ofNullable(found)
                .filter(failure -> ticker.read() - failure.until() < 0)
                .map(Known::failure);
    }

    /** How long a job waits before it buys once more what was no picture; a rejection may have been mended meanwhile. */
    Optional<Duration> pause(ImageKey key) {
        @Nullable Known found = known.getIfPresent(key);
        return Optional.ofNullable(found)
                .filter(failure -> failure.failure() instanceof NotAnImageException)
                .map(failure -> Duration.ofNanos(failure.until() - ticker.read()))
                .filter(Duration::isPositive);
    }

    /** To be called once a failed call. */
    void remember(ImageKey key, GenerationException failure) {
        switch (failure) {
            case RejectedException rejected -> known.put(key, new Known(rejected, 1, ticker.read() + ttl));
            case NotAnImageException useless ->
                known.asMap().merge(key, new Known(useless, 1, ticker.read()), this::again);
            default -> {}
        }
    }

    private Known again(Known before, Known now) {
        int times = before.failure() instanceof NotAnImageException ? before.times() + 1 : 1;
        if (times == 1) {
            return now;
        }
        long pause = FIRST_PAUSE.toNanos() << Math.min(times - 2, 20);
        return new Known(now.failure(), times, ticker.read() + Math.min(pause, ttl));
    }

    /** The picture is there. */
    void forget(ImageKey key) {
        known.invalidate(key);
    }
}
