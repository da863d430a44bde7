package dev.afterimage.aws;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Decorator: asks S3 at most once an hour for each key whether the image of an entry is still there, and removes the entry
 * of one that is not. A bucket can lose an image that nobody deleted here, to a lifecycle rule or by hand, and until its
 * entry is gone a hit is answered with a URL that does not work.
 *
 * <p>No lookup waits for the check: it runs behind the answer, and only some run at once.
 */
public final class StoredImagesIndex implements ImageIndex {

    private static final Logger LOG = Logger.getLogger(StoredImagesIndex.class);

    private static final Duration EVERY = Duration.ofHours(1);

    /** How many keys are remembered as checked, some 100 bytes each. A key that is forgotten is checked again sooner. */
    private static final long MOST_KEYS = 50_000;

    /** How many checks run at once. A lookup that comes meanwhile is not checked; a later one of its key is. */
    private static final int AT_ONCE = 4;

    private final ImageIndex next;
    private final S3ImageStore store;
    private final Executor threads;
    private final Cache<ImageKey, Boolean> checked;
    private final Semaphore free = new Semaphore(AT_ONCE);

    /**
     * Checks the entries of the index {@code next}.
     *
     * @param threads runs checks, which block, such as on a virtual thread each
     */
    public StoredImagesIndex(ImageIndex next, S3ImageStore store, Ticker ticker, Executor threads) {
        this.next = next;
        this.store = store;
        this.threads = threads;
        this.checked = Caffeine.newBuilder()
                .maximumSize(MOST_KEYS)
                .expireAfterWrite(EVERY)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        return next.find(key).thenApply(found -> {
            if (found.isPresent()) {
                checkBehind(key);
            }
            return found;
        });
    }

    private void checkBehind(ImageKey key) {
        if (checked.getIfPresent(key) != null || !free.tryAcquire()) {
            return;
        }
        checked.put(key, true);
        try {
            threads.execute(() -> {
                try {
                    check(key);
                } finally {
                    free.release();
                }
            });
        } catch (RejectedExecutionException shuttingDown) {
            free.release();
        }
    }

    private void check(ImageKey key) {
        try {
            if (store.find(key).isEmpty()) {
                LOG.infof("The image of %s is gone from the bucket; the next request has it made anew", key.value());
                next.remove(key).exceptionally(failure -> {
                    checked.invalidate(key);
                    return null;
                });
            }
        } catch (StoreUnavailableException gone) {
            checked.invalidate(key);
        }
    }

    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        return next.findAll(keys);
    }

    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        checked.put(entry.key(), true);
        return next.put(entry);
    }

    @Override
    public CompletionStage<Void> keepUrl(ImageKey key, String url, Instant until) {
        return next.keepUrl(key, url, until);
    }

    @Override
    public CompletionStage<Void> remove(ImageKey key) {
        return next.remove(key);
    }
}
