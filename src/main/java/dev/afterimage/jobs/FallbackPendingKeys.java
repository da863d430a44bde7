package dev.afterimage.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import java.time.Duration;

/**
 * Decorator: while the fleet's marks cannot be read, this instance keeps marks of its own. The queue can still take
 * jobs then, and a caller is better served by a 202 than by an error. What another instance promised meanwhile is not
 * known here, so each instance may put a key on the queue once; the pipeline still pays for it once.
 *
 * <p>Its own marks are forgotten soon, because the job may be run by another instance, which cannot clear them.
 */
public final class FallbackPendingKeys implements PendingKeys {

    private static final int MOST = 100_000;
    private static final Duration KEPT_FOR = Duration.ofMinutes(10);

    private final PendingKeys fleet;
    private final Cache<ImageKey, Mark> own;
    private final Runnable fellBack;

    /**
     * Marks of the fleet, and this instance's own while those cannot be read.
     *
     * @param fleet the shared ones, whose failures are {@link QueueUnavailableException}s
     * @param fellBack run each time a mark is set that only this instance knows, so that it can be metered
     */
    public FallbackPendingKeys(PendingKeys fleet, Ticker ticker, Runnable fellBack) {
        this.fleet = fleet;
        this.own = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(KEPT_FOR)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
        this.fellBack = fellBack;
    }

    /**
     * What the fleet knows, where it can be asked. A mark that only this instance knows then counts as intended: its job may
     * have ended at another instance, so that whoever asks for the image puts it on the queue once more.
     */
    @Override
    public Mark of(ImageKey key) {
        Mark known = own.asMap().getOrDefault(key, Mark.NONE);
        try {
            Mark shared = fleet.of(key);
            return shared == Mark.NONE && known != Mark.NONE ? Mark.INTENDED : shared;
        } catch (QueueUnavailableException gone) {
            return known;
        }
    }

    @Override
    public void intend(ImageKey key) {
        try {
            fleet.intend(key);
            own.invalidate(key);
        } catch (QueueUnavailableException gone) {
            fellBack.run();
            own.asMap().putIfAbsent(key, Mark.INTENDED);
        }
    }

    /**
     * Confirms this instance's own mark where there is one, else the fleet's. Where the fleet cannot be reached any more, the
     * mark becomes the instance's own, because the job is on the queue.
     */
    @Override
    public void confirm(ImageKey key) {
        boolean onlyOwn = own.asMap().replace(key, Mark.CONFIRMED) != null;
        if (onlyOwn) {
            return;
        }
        try {
            fleet.confirm(key);
        } catch (QueueUnavailableException gone) {
            fellBack.run();
            own.put(key, Mark.CONFIRMED);
        }
    }

    @Override
    public void clear(ImageKey key) {
        own.invalidate(key);
        fleet.clear(key);
    }

    @Override
    public void giveUp(ImageKey key) {
        fleet.giveUp(key);
    }

    @Override
    public boolean isGivenUp(ImageKey key) {
        return fleet.isGivenUp(key);
    }
}
