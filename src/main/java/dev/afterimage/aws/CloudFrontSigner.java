package dev.afterimage.aws;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;
import software.amazon.awssdk.services.cloudfront.model.CannedSignerRequest;

/**
 * Signs URLs with CloudFront's canned policy: RSA-SHA1 over resource and expiry. It makes no call. Nearly all of its time
 * goes into the RSA operation, so that the SDK's work around it is not worth replacing.
 */
public final class CloudFrontSigner implements UrlSigner {

    private final CloudFrontUtilities utilities = CloudFrontUtilities.create();
    private final BaseUrl baseUrl;
    private final Supplier<SigningKey> keys;
    private final ExpiryWindow window;

    /**
     * A signer with keys that may change.
     *
     * @param keys the current key; does not block, except at the first use of a key that is kept elsewhere. When it changes,
     *     URLs signed with the former key stay good as long as the key group in CloudFront has both public keys
     */
    public CloudFrontSigner(BaseUrl baseUrl, Supplier<SigningKey> keys, ExpiryWindow window) {
        this.baseUrl = baseUrl;
        this.keys = keys;
        this.window = window;
    }

    @Override
    public void checkKey() {
        var unused = keys.get();
    }

    /** A text that differs when base URL, key pair id or key differ. */
    public String fingerprint() {
        SigningKey key = keys.get();
        // CloudFront's keys are RSA keys, as SigningKey checks.
        BigInteger modulus = ((RSAKey) key.privateKey()).getModulus();
        String all = baseUrl + " " + key.keyPairId() + " " + modulus;
        return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
    }

    @Override
    public SignedUrl sign(IndexEntry entry) {
        SigningKey key = keys.get();
        Instant expiry = window.expiryOf(entry.key());
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
