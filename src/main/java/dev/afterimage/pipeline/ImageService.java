package dev.afterimage.pipeline;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the edges (HTTP, Lambda, workers) may ask of the core. No operation blocks the calling thread; each stage completes
 * by the deadline named, normally or with a {@link GenerationException}, {@link QuotaExceededException} or
 * {@link dev.afterimage.image.InvalidRequestException}.
 */
public interface ImageService {

    /**
     * Looks into the index and nowhere else. A {@linkplain IndexLookup#hit hit} is an answer; with anything else
     * {@link #obtain(GenerationRequest, IndexLookup)} goes on. Pays for nothing and uses nobody's quota.
     */
    CompletionStage<IndexLookup> indexLookup(ImageRequest request);

    /** Finds the image or has it made; never pays for one that exists or is being made. */
    default CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest) {
        return indexLookup(generationRequest.request())
                .thenCompose(indexLookup -> obtain(generationRequest, indexLookup));
    }

    /** The same for who has looked into the index already. */
    CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup);

    /**
     * Looks without making: {@link ImageOutcome.Hit}, {@link ImageOutcome.Stale} (past its freshness, not yet expired) or
     * {@link ImageOutcome.Pending}; empty when the key is not known.
     */
    CompletionStage<Optional<ImageOutcome>> look(ImageKey key);

    /** Forgets the image in index and store. */
    CompletionStage<Void> forget(ImageKey key);

    /** Makes every image of the template a miss and returns the template's new version. */
    CompletionStage<Long> purge(TemplateId template);
}
