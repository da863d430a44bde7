package dev.afterimage.aws;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateId;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * A part of a bucket, and what stands under which name in it.
 *
 * @param name the bucket
 * @param prefix before every object's name; empty, or ends with a slash
 * @param encrypted whether writes name an encryption; {@code false} leaves that to the store
 * @param kmsKeyId encrypts the objects; without it, S3's own key does
 */
public record S3Bucket(String name, String prefix, boolean encrypted, Optional<String> kmsKeyId) {

    public S3Bucket {
        if (name.isBlank()) {
            throw new IllegalArgumentException("Name the bucket that keeps the images: afterimage.s3.bucket");
        }
        if (prefix.startsWith("/") || !(prefix.isEmpty() || prefix.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "afterimage.s3.prefix begins without a slash and ends with one, such as production/; it is "
                            + prefix);
        }
    }

    /** A bucket whose writes name their encryption. */
    public S3Bucket(String name, String prefix, Optional<String> kmsKeyId) {
        this(name, prefix, true, kmsKeyId);
    }

    public static S3Bucket of(S3Config config) {
        return new S3Bucket(
                config.bucket().orElse(""), config.prefix().orElse(""), config.encrypted(), config.kmsKeyId());
    }

    /** The path of the image's URL, so that CloudFront finds the object without rewriting anything. */
    String objectOf(ImageKey key) {
        return prefix + "images/" + key.value();
    }

    String objectOf(TemplateId template) {
        return prefix + "templates/" + template.value();
    }

    String objectOf(String note) {
        return prefix + "notes/" + note;
    }

    String objectOfUpload(String upload) {
        return prefix + "uploads/" + upload;
    }

    /** The encryption is named in every request, because a bucket policy may insist on that. */
    PutObjectRequest.Builder encrypted(PutObjectRequest.Builder put) {
        if (!encrypted) {
            return put;
        }
        return kmsKeyId.map(key -> put.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key)
                        .bucketKeyEnabled(true))
                .orElseGet(() -> put.serverSideEncryption(ServerSideEncryption.AES256));
    }
}
