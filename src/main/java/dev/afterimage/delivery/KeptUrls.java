package dev.afterimage.delivery;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Decorator: has the URL of an image signed once in each {@link ExpiryWindow} for the whole fleet. The process that
 * signs it keeps it beside the image's index entry, where the others find it. A URL of another signer, of another
 * window or of a former image is not used but replaced. A kept text is the URL after a prefix that names these three.
 */
public final class KeptUrls implements UrlSigner {

    private final UrlSigner signer;
    private final Supplier<String> fingerprint;
    private final ExpiryWindow window;
    private final Keeper keeper;

    /** Keeps URLs beside the entries of the index; never fails. */
    @FunctionalInterface
    public interface Keeper {

        /** As {@link dev.afterimage.cache.ImageIndex#keepUrl} has it; does not wait. */
        void keep(ImageKey key, String url, Instant until);
    }

    /**
     * Keeps the URLs of this signer.
     *
     * @param fingerprint a word that changes with everything that the signer's URLs depend on, except image and expiry;
     *     may block, as signing may
     * @param window the signer's own window
     */
    public KeptUrls(UrlSigner signer, Supplier<String> fingerprint, ExpiryWindow window, Keeper keeper) {
        this.signer = signer;
        this.fingerprint = fingerprint;
        this.window = window;
        this.keeper = keeper;
    }

    @Override
    public SignedUrl sign(IndexEntry entry) {
        String signedBy = fingerprint.get();
        Instant expiry = window.expiryOf(entry.key());
        String prefix = prefix(signedBy, entry, expiry);
        return entry.keptUrl()
                .filter(kept -> kept.startsWith(prefix))
                .map(kept -> new SignedUrl(kept.substring(prefix.length()), expiry))
                .orElseGet(() -> signedAndKept(entry, signedBy));
    }

    private SignedUrl signedAndKept(IndexEntry entry, String signedBy) {
        SignedUrl signed = signer.sign(entry);
        keeper.keep(
                entry.key(),
                prefix(signedBy, entry, signed.expiresAt()) + signed.url(),
                window.endOf(signed.expiresAt()));
        return signed;
    }

    private static String prefix(String signedBy, IndexEntry entry, Instant expiry) {
        return signedBy + " " + entry.createdAt().toEpochMilli() + " " + expiry.getEpochSecond() + " ";
    }

    @Override
    public void checkKey() {
        signer.checkKey();
    }
}
