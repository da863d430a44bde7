package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Receipts;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.store.ImageStore.StoredImage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Writes new images into the store and then the index. An image that the store does not take, because it is full or out
 * of reach, was paid for: it waits here and is tried again until it is stored, and its receipt is held so that nobody
 * buys it again. While one waits, nothing more is bought, and the process neither ends nor is frozen, as with a call
 * under way.
 */
final class PendingWrites {

    private static final Logger LOG = Logger.getLogger(PendingWrites.class);
    /**
     * How many bytes of images may wait. An image for which there is no room is lost, and its receipt becomes unknown.
     */
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    private record Waiting(StoredImage image, Permit.Departed call) {

        ImageKey key() {
            return image.entry().key();
        }
    }

    private final PipelineParts parts;
    private final Lookup lookup;
    private final Map<ImageKey, Waiting> waiting = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    PendingWrites(PipelineParts parts, Lookup lookup) {
        this.parts = parts;
        this.lookup = lookup;
    }

    /**
     * Stores the image of a call, ends the call's receipt, and enters the image in the index.
     *
     * @return the entry that the store has now, see {@link ImageStore#put}
     * @throws StoreUnavailableException when the image could not be stored; it then waits here
     * @throws DeletedMeanwhileException when the key was deleted while the call was under way; nothing is stored
     */
    IndexEntry put(IndexEntry entry, byte[] content, Permit.Departed call) {
        try {
            return storeAndSettle(entry, content, call, false);
        } catch (StoreUnavailableException full) {
            keep(new Waiting(new StoredImage(entry, content), call));
            throw full;
        }
    }

    /** Ends the receipt of a call whose key was deleted while it was under way. */
    void abandon(Permit.Departed call) {
        parts.settler().settle(call, new CallOutcome.Image(call.at()));
    }

    /**
     * To be called before an image is bought.
     *
     * @throws StoreUnavailableException when an image waits for the store
     */
    void requireNone() {
        if (!waiting.isEmpty()) {
            throw new StoreUnavailableException("An image that was paid for waits for the store.", null);
        }
    }

    /**
     * To be called before a wait for an image that another call is buying: the wait would be in vain when that image is
     * made and waits here for the store.
     *
     * @throws StoreUnavailableException when the image of this key waits for the store
     */
    void requireStored(ImageKey key) {
        if (waiting.containsKey(key)) {
            requireNone();
        }
    }

    /** Drops the image of this key if it waits, and ends its receipt, so that the next request need not wait for that. */
    void forget(ImageKey key) {
        Waiting image = waiting.get(key);
        if (image != null) {
            drop(image);
            abandon(image.call());
        }
    }

    /**
     * Stores an image, ends its receipt, and then enters it in the index. The index comes last, because the key may be
     * deleted until the receipt has ended, and only a lookup in the store notices that.
     *
     * @param late whether the image has waited here
     */
    private IndexEntry storeAndSettle(IndexEntry entry, byte[] content, Permit.Departed call, boolean late) {
        IndexEntry standing = parts.store().put(entry, content);
        Runnable takeBack = () -> {
            parts.store().delete(entry);
            lookup.forget(entry.key());
        };
        Instant beforeSettling = parts.clock().instant();
        if (parts.settler()
                .settleStored(call, new CallOutcome.Image(standing.createdAt(), late), takeBack)
                .deleted()) {
            takeBack.run();
            throw new DeletedMeanwhileException();
        }
        lookup.remember(standing, beforeSettling);
        return standing;
    }

    private void keep(Waiting image) {
        int size = image.image().content().length;
        parts.drain().entered();
        if (bytes.addAndGet(size) > MOST_BYTES || waiting.putIfAbsent(image.key(), image) != null) {
            bytes.addAndGet(-size);
            parts.drain().left();
            LOG.warnf(
                    "An image of %d bytes that was paid for is lost: the store did not take it, and too much waits, or"
                            + " another image of its key",
                    size);
            return;
        }
        try {
            parts.virtualThreads().execute(() -> storeAgain(image));
        } catch (RejectedExecutionException shuttingDown) {
            LOG.warn("The process ends, and an image that was paid for is lost with it: the store did not take it");
            drop(image);
        }
    }

    private void storeAgain(Waiting image) {
        try {
            while (waiting.containsValue(image)) {
                parts.pause().await(BETWEEN_TRIES);
                if (tryAgain(image)) {
                    drop(image);
                }
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tries to store an image. True when it need not wait any more: it is stored, or its key was deleted. */
    private boolean tryAgain(Waiting image) {
        try {
            if (parts.receipts().hold(image.call()) == Receipts.Holding.DELETED) {
                abandon(image.call());
                return true;
            }
        } catch (FleetUnavailableException gone) {
            LOG.debugf("The receipt of an image that waits cannot be held now: %s", gone.getMessage());
        }
        try {
            storeAndSettle(image.image().entry(), image.image().content(), image.call(), true);
            return true;
        } catch (StoreUnavailableException still) {
            return false;
        } catch (DeletedMeanwhileException deleted) {
            return true;
        } catch (RuntimeException unexpected) {
            LOG.error("An image that was paid for cannot be stored; it is tried again", unexpected);
            return false;
        }
    }

    private void drop(Waiting image) {
        if (waiting.remove(image.key(), image)) {
            bytes.addAndGet(-image.image().content().length);
            parts.drain().left();
        }
    }
}
