package dev.afterimage.delivery;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Decorator: signs an image's URL when the index is told of it, so that its first hit need not. */
public final class SigningIndex implements ImageIndex {

    private static final Logger LOG = Logger.getLogger(SigningIndex.class);

    private final ImageIndex next;
    private final Supplier<UrlSigner> signer;

    /**
     * Signs for the index {@code next}.
     *
     * @param signer gives the signer, which keeps its URLs in this index; called only when a URL is signed, so that a
     *     process starts without a signing key
     */
    public SigningIndex(ImageIndex next, Supplier<UrlSigner> signer) {
        this.next = next;
        this.signer = signer;
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        return next.find(key);
    }

    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        return next.findAll(keys);
    }

    /** May block while the signing key is read for the first time. */
    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        CompletionStage<Void> told = next.put(entry);
        try {
            var unused = signer.get().sign(entry);
        } catch (RuntimeException noKey) {
            // The image is stored all the same; whoever hands it out says what is wrong.
            LOG.debugf("The URL of a stored image cannot be signed ahead of its first hit: %s", noKey.getMessage());
        }
        return told;
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
