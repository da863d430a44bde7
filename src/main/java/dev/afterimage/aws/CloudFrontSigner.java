package dev.afterimage.aws;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.function.Supplier;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;
import software.amazon.awssdk.services.cloudfront.model.CannedSignerRequest;

/**
 * Signs URLs with CloudFront's canned policy: RSA-SHA1 over resource and expiry. It computes and asks nobody; nearly all of
 * its time goes into the RSA operation, so that what the SDK does around it isn't worth replacing.
 */
public final class CloudFrontSigner implements UrlSigner {

    private final CloudFrontUtilities utilities = CloudFrontUtilities.create();
    private final BaseUrl baseUrl;
    private final Supplier<SigningKey> keys;
    private final ExpiryWindow window;

    /**
     * A signer.
     *
     * @param keys the key of the moment; does not block, except at the first use of a key that is kept elsewhere. It may change
     *     while the service runs: a key group holds two public keys, so that the URLs of the former stay good until they expire
     */
    public CloudFrontSigner(BaseUrl baseUrl, Supplier<SigningKey> keys, ExpiryWindow window) {
        this.baseUrl = baseUrl;
        this.keys = keys;
        this.window = window;
    }

    /** With a key that never changes while the process runs. */
    public CloudFrontSigner(BaseUrl baseUrl, String keyPairId, PrivateKey privateKey, ExpiryWindow window) {
        this(baseUrl, fixed(new SigningKey(keyPairId, privateKey)), window);
    }

    private static Supplier<SigningKey> fixed(SigningKey key) {
        return () -> key;
    }

    @Override
    public void checkKey() {
        var unused = keys.get();
    }

    @Override
    public SignedUrl sign(IndexEntry entry) {
        SigningKey key = keys.get();
        Instant expiry = window.expiry();
        String url = utilities
                .getSignedUrlWithCannedPolicy(CannedSignerRequest.builder()
                        .resourceUrl(baseUrl.resource(entry))
                        .privateKey(key.privateKey())
                        .keyPairId(key.keyPairId())
                        .expirationDate(expiry)
                        .build())
                .url();
        return new SignedUrl(url, expiry);
    }
}
