package dev.afterimage.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;

/** Where in S3 images and template versions lie, and how long S3 is waited for. */
@ConfigMapping(prefix = "afterimage.s3")
public interface S3Config {

    /** The bucket; needed as soon as the store is {@code s3}. Private, in the region of {@code quarkus.s3.aws.region}. */
    Optional<String> bucket();

    /**
     * Put before every object's name, such as {@code production/}, when the bucket is shared. CloudFront's origin path must
     * then be the same without its last slash.
     */
    Optional<String> prefix();

    /**
     * The KMS key that encrypts the objects; left out, S3's own key does (AES256), which costs nothing. With a KMS key,
     * CloudFront's origin access control needs the right to use it.
     */
    @WithName("kms-key-id")
    Optional<String> kmsKeyId();

    /**
     * Whether each write names its encryption. Off only for stores of S3's protocol that refuse the header, such as a MinIO
     * without a key server.
     */
    @WithDefault("true")
    boolean encrypted();

    /** One attempt; the SDK repeats it twice at most. Longer bears large images over slow lines. */
    @WithName("attempt-timeout")
    @WithDefault("5s")
    Duration attemptTimeout();

    /** All attempts together. Shorter fails sooner when S3 is down, longer hides more of its hiccups. */
    @WithDefault("10s")
    Duration timeout();

    /** For how long another instance may go on with a template's former version after a purge. */
    @WithName("template-versions-ttl")
    @WithDefault("5s")
    Duration templateVersionsTtl();
}
