package dev.afterimage.generation;

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
     * The picture if the index knows it to be fresh; empty when an answer takes more than that, for which {@link #obtain} is
     * there. Pays for nothing and uses nobody's quota.
     */
    CompletionStage<Optional<ImageOutcome.Hit>> hit(ImageRequest request);

    /** Finds the picture or has it made; never pays for one that exists or is being made. */
    CompletionStage<ImageOutcome> obtain(Inquiry inquiry);

    /**
     * Looks without making: {@link ImageOutcome.Hit}, {@link ImageOutcome.Stale} (past its freshness, not yet expired) or
     * {@link ImageOutcome.Pending}; empty when the key is not known.
     */
    CompletionStage<Optional<ImageOutcome>> look(ImageKey key);

    /** Forgets the picture in index and store. */
    CompletionStage<Void> forget(ImageKey key);

    /** Makes every picture of the template a miss and returns the template's new version. */
    CompletionStage<Long> purge(TemplateId template);
}
