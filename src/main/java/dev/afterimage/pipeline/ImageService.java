package dev.afterimage.pipeline;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The pipeline's operations, for its callers: HTTP, Lambda and workers. No operation blocks the calling thread. A stage
 * fails with a {@link GenerationException}, a {@link QuotaExceededException}, an
 * {@link dev.afterimage.image.InvalidRequestException}, or an exception that says that store, index, queue, Redis or
 * signing key cannot be reached.
 */
public interface ImageService {

    /**
     * Looks the image up in the index. A {@linkplain IndexLookup#hit hit} is the answer; with any other result call
     * {@link #obtain(GenerationRequest, IndexLookup)}. Costs nothing and uses no quota.
     *
     * @param validate whether the store is asked, too, if it still has the image that the index knows. For callers that
     *     were given a URL under which there is no image
     */
    CompletionStage<IndexLookup> indexLookup(ImageRequest request, boolean validate);

    /** Finds the image or has it made, by the request's deadline; never pays for one that exists or is being made. */
    default CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest) {
        return indexLookup(generationRequest.request(), false)
                .thenCompose(indexLookup -> obtain(generationRequest, indexLookup));
    }

    /** As {@link #obtain(GenerationRequest)}, after {@link #indexLookup}. */
    CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup);

    /**
     * Looks an image up and never has it made: {@link ImageOutcome.Hit}, {@link ImageOutcome.Stale} (no longer fresh,
     * not yet expired) or {@link ImageOutcome.Pending}; empty when the key is not known.
     *
     * @param validate as for {@link #indexLookup}
     */
    CompletionStage<Optional<ImageOutcome>> lookup(ImageKey key, boolean validate);

    /** Deletes the image from index and store. A call for it that is under way does not bring it back. */
    CompletionStage<Void> forget(ImageKey key);

    /** Makes every image of the template a miss and returns the template's new version. */
    CompletionStage<Long> purge(TemplateId template);

    /** The caller has used up its quota of this hour. The provider was not asked. */
    class QuotaExceededException extends RuntimeException {

        private final Duration retryAfter;

        public QuotaExceededException(Duration retryAfter) {
            super("the caller's quota is used up");
            this.retryAfter = retryAfter;
        }

        /** The time until the next hour begins. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /**
     * The result of looking a request's image up in the index.
     *
     * @param entry what the index knows, whatever its freshness; empty also when the index could not be reached
     * @param hit the answer, when the entry was fresh and its URL can be signed without waiting
     */
    record IndexLookup(ImageKey key, Optional<IndexEntry> entry, Optional<ImageOutcome.Hit> hit) {}
}
