package dev.afterimage.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.image.ImageKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Signs an image's URL once a window and remembers it: an RSA signature costs about a millisecond of processor, a lookup
 * less than a microsecond, and the hit path does nothing else that is heavy.
 *
 * <p>Memory is bounded by the number of URLs. One takes about 1 KiB (a URL of some 550 ASCII characters, the key of 64, the
 * objects around them), so the default of 10,000 takes at most 10 MiB. When more images than that are in use, the least
 * useful URLs are signed anew (Caffeine's W-TinyLFU keeps the popular ones). Those of a past window are never looked up
 * again and make room by themselves.
 *
 * <p>When the signing key changes, remembered URLs go on to be handed out until their window ends. They expire at most twice
 * {@code url-ttl} after the change, and for that long the former public key must stay in the key group.
 */
public final class MemoisedSigner implements UrlSigner {

    /** How long a URL that was signed with temporary credentials is handed out at most, before it is signed anew. */
    private static final Duration RENEWED_AFTER = Duration.ofMinutes(5);

    /** What a URL depends on, apart from the base URL and the signing key. */
    private record Memo(ImageKey key, Instant createdAt, Instant expiresAt) {}

    private final UrlSigner signer;
    private final ExpiryWindow window;
    private final Cache<Memo, SignedUrl> memos;

    /**
     * @param window the signer's own window
     * @param maximumUrls how many are remembered
     */
    public MemoisedSigner(UrlSigner signer, ExpiryWindow window, long maximumUrls) {
        this(
                signer,
                window,
                Caffeine.newBuilder()
                        .maximumSize(maximumUrls)
                        .executor(Runnable::run)
                        .build());
    }

    private MemoisedSigner(UrlSigner signer, ExpiryWindow window, Cache<Memo, SignedUrl> memos) {
        this.signer = signer;
        this.window = window;
        this.memos = memos;
    }

    /**
     * A signer for URLs that were signed with temporary credentials, and stop working when these expire. The SDK
     * fetches new credentials some minutes before the old ones end, so a URL is signed anew after five minutes, or
     * after half the time for which it is still valid where that is shorter. As long as the credentials are the same,
     * so is the URL.
     */
    public static MemoisedSigner renewing(UrlSigner signer, ExpiryWindow window, long maximumUrls, Clock clock) {
        return new MemoisedSigner(
                signer,
                window,
                Caffeine.newBuilder()
                        .maximumSize(maximumUrls)
                        .executor(Runnable::run)
                        .ticker(() -> clock.millis() * 1_000_000)
                        .expireAfter(Expiry.<Memo, SignedUrl>creating((memo, url) -> renewedAfter(url, clock)))
                        .build());
    }

    private static Duration renewedAfter(SignedUrl url, Clock clock) {
        Duration left = Duration.between(clock.instant(), url.expiresAt());
        return Duration.ofMillis(Math.clamp(left.toMillis() / 2, 0, RENEWED_AFTER.toMillis()));
    }

    @Override
    public SignedUrl sign(IndexEntry entry) {
        return memos.get(
                new Memo(entry.key(), entry.createdAt(), window.expiryOf(entry.key())), memo -> signer.sign(entry));
    }

    @Override
    public void checkKey() {
        signer.checkKey();
    }

    /** How many URLs are remembered now. */
    long remembered() {
        memos.cleanUp();
        return memos.estimatedSize();
    }
}
