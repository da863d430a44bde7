package dev.afterimage.delivery;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Where and how images are delivered: by CloudFront, by the service itself, by the store, or by any CDN. */
@ConfigMapping(prefix = "afterimage.delivery")
public interface DeliveryConfig {

    /** Who checks that a URL was given out by this service. */
    enum Signer {
        /** CloudFront with a key group, or this service's own {@code /cdn/}. */
        CLOUDFRONT,
        /** The store, which may be any that speaks S3's protocol: presigned URLs, at most 7 days long. */
        S3,
        /** Nobody: whoever knows the URL sees the image, for good. */
        PUBLIC
    }

    /** How URLs are signed; {@code s3} and {@code public} need no CloudFront, {@code public} needs {@code .base-url}. */
    @WithDefault("cloudfront")
    Signer signer();

    /**
     * The URL of the CDN, such as {@code https://d111111abcdef8.cloudfront.net}; left out, the service's own CDN under
     * {@code /cdn/}.
     */
    Optional<URI> baseUrl();

    /** The id of the public key in the CloudFront key group; left out, the key made at first start. */
    Optional<String> keyPairId();

    /** The private key as PKCS#8 PEM; left out, the key made at first start. */
    Optional<String> privateKey();

    /**
     * Instead of {@code .key-pair-id} and {@code .private-key}: the Secrets Manager secret that holds both, as JSON
     * {@code {"keyPairId":"…","privateKey":"PEM"}}, by name or ARN. It may be rotated while the service runs.
     */
    Optional<String> privateKeySecret();

    /**
     * A URL is valid for at least this long and at most twice as long, because the expiry is rounded up so that
     * everyone gets the same URL for a while. With a longer time caches keep images longer, with a shorter one a leaked
     * URL expires sooner.
     */
    @WithDefault("1h")
    Duration urlTtl();

    /**
     * How many signed URLs a process remembers, about 2 KiB each with the answer that contains it; 0 or more. When it is less
     * than the number of images in use, some hits cost a signature (about a millisecond).
     */
    @WithDefault("10000")
    long memoisedUrls();
}
