package dev.afterimage.wiring;

import dev.afterimage.generation.Glance;
import dev.afterimage.generation.ImageOutcome;
import dev.afterimage.generation.ImageService;
import dev.afterimage.generation.Inquiry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Decorator: has nothing bought or queued for a caller to whom no URL could be handed out, because there is no key to sign it
 * with. Jobs of the queue sign nothing, and need none.
 */
final class SignableImageService implements ImageService {

    private final ImageService next;
    private final Runnable checkSigner;
    private final Executor threads;

    /**
     * @param checkSigner throws {@link dev.afterimage.delivery.SigningKeyUnavailableException} when nothing can be signed; may
     *     block where the key lies elsewhere
     */
    SignableImageService(ImageService next, Runnable checkSigner, Executor threads) {
        this.next = next;
        this.checkSigner = checkSigner;
        this.threads = threads;
    }

    @Override
    public CompletionStage<Glance> glance(ImageRequest request) {
        return next.glance(request);
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(Inquiry inquiry, Glance glance) {
        return inquiry.queued() || glance.hit().isPresent()
                ? next.obtain(inquiry, glance)
                : CompletableFuture.runAsync(checkSigner, threads)
                        .thenCompose(signable -> next.obtain(inquiry, glance));
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
