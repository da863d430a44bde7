package dev.afterimage.wiring;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Decorator: buys and queues nothing for a caller while there is no key to sign the image's URL with. Jobs from the queue
 * need no URL, and are not checked.
 */
final class SignableImageService implements ImageService {

    private final ImageService next;
    private final Runnable checkSigner;
    private final Executor threads;

    /**
     * @param checkSigner throws {@link dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException} when nothing can be
     *     signed; may block where the key is kept elsewhere
     */
    SignableImageService(ImageService next, Runnable checkSigner, Executor threads) {
        this.next = next;
        this.checkSigner = checkSigner;
        this.threads = threads;
    }

    @Override
    public CompletionStage<IndexLookup> indexLookup(ImageRequest request) {
        return next.indexLookup(request);
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup) {
        return generationRequest.queued() || indexLookup.hit().isPresent()
                ? next.obtain(generationRequest, indexLookup)
                : CompletableFuture.runAsync(checkSigner, threads)
                        .thenCompose(signable -> next.obtain(generationRequest, indexLookup));
    }

    @Override
    public CompletionStage<Optional<ImageOutcome>> look(ImageKey key) {
        return next.look(key);
    }

    @Override
    public CompletionStage<Void> forget(ImageKey key) {
        return next.forget(key);
    }

    @Override
    public CompletionStage<Long> purge(TemplateId template) {
        return next.purge(template);
    }
}
