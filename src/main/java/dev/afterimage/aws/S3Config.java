package dev.afterimage.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where images and template versions are in S3, and how long S3 may take. */
@ConfigMapping(prefix = "afterimage.s3")
public interface S3Config {

    /**
     * The bucket; required where the store is {@code s3}. It is private, and in the region of
     * {@code quarkus.s3.aws.region}.
     */
    Optional<String> bucket();

    /**
     * The prefix of every object's name, such as {@code production/}, for a bucket that is shared. CloudFront's origin
     * path must then be the same with a slash before and without the last one.
     */
    Optional<String> prefix();

    /**
     * The KMS key that encrypts the objects; S3's own key (AES256, free) where left out. CloudFront's origin access
     * control must be allowed to use a KMS key.
     */
    Optional<String> kmsKeyId();

    /**
     * Whether each write names its encryption. Switch it off only for S3-compatible stores that refuse the header, such
     * as a MinIO without a key server.
     */
    @WithDefault("true")
    boolean encrypted();

    /** How long one attempt of a call may take; the SDK makes up to two more. Longer is for large images over slow lines. */
    @WithDefault("5s")
    Duration attemptTimeout();

    /**
     * How long all attempts of a call may take together. Shorter fails sooner when S3 is down, longer hides more short
     * failures.
     */
    @WithDefault("10s")
    Duration timeout();

    /** For how long after a purge another instance may still use the template's former version. */
    @WithDefault("5s")
    Duration templateVersionsTtl();
}
