package dev.afterimage.cache;

import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Port: the fast answer to "does this image exist?". It is used by every request, so it never blocks the calling
 * thread. Every operation may fail with a {@link CacheUnavailableException}; a failed lookup counts as a miss.
 */
public interface ImageIndex {

    /** The entry of this key, whatever its freshness; empty when it is not known. */
    CompletionStage<Optional<IndexEntry>> find(ImageKey key);

    /** The entries of those keys that are known, in one or few round trips. Made for planning whole catalogues. */
    CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys);

    /** Remembers an entry until its stale time ends; replaces an older one of the same key. */
    CompletionStage<Void> put(IndexEntry entry);

    /**
     * Keeps the signed URL of an image beside its entry, so that all instances find it there
     * ({@link IndexEntry#keptUrl}). The index of a single process keeps none, because its signer remembers them.
     *
     * @param url the URL, with what is needed to check that it is still valid
     * @param until when it is forgotten
     */
    default CompletionStage<Void> keepUrl(ImageKey key, String url, Instant until) {
        return CompletableFuture.completedFuture(null);
    }

    /** Forgets an entry, and the URL beside it; does nothing when there is none. */
    CompletionStage<Void> remove(ImageKey key);

    /**
     * The index or the template versions cannot be reached now. A lookup in the index that fails with this counts as a
     * miss; a request whose template's version is not known, and a DELETE, fail with it.
     */
    class CacheUnavailableException extends RuntimeException {

        public CacheUnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
