package dev.afterimage.aws;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * The part of a bucket that belongs to this deployment. Operations fail with the SDK's exceptions, which {@link #remedy}
 * explains.
 *
 * <p>A refusal (403) is never taken for an absent object: if somebody took the role's permissions away by mistake, every
 * image would then be a miss and be paid for again. But when the role may not {@code s3:ListBucket}, S3 answers 403 for
 * absent objects, too. So the role needs {@code s3:ListBucket} on the bucket, although nothing is ever listed.
 *
 * @param s3 with short time-outs and few retries, see {@link ClientLimits#limitS3}
 * @param name the bucket
 * @param prefix before every object's name; empty, or ends with a slash
 * @param encrypted whether each write names its encryption; else the store decides
 * @param kmsKeyId the KMS key that encrypts the objects; without it, S3's own key does
 */
public record S3Bucket(S3Client s3, String name, String prefix, boolean encrypted, Optional<String> kmsKeyId) {

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

    public static S3Bucket of(S3Client s3, S3Config config) {
        return new S3Bucket(
                s3, config.bucket().orElse(""), config.prefix().orElse(""), config.encrypted(), config.kmsKeyId());
    }

    /** An object with its bytes; empty when there is none. */
    Optional<ResponseBytes<GetObjectResponse>> get(String object) {
        return get(object, null);
    }

    /**
     * An object's properties, without its content. Gets one byte in place of HEAD: S3's answers to HEAD have no body, so
     * that a missing bucket, a missing object and a missing permission would look alike.
     */
    Optional<GetObjectResponse> head(String object) {
        return get(object, "bytes=0-0").map(ResponseBytes::response);
    }

    private Optional<ResponseBytes<GetObjectResponse>> get(String object, @Nullable String range) {
        try {
            return Optional.of(s3.getObjectAsBytes(
                    request -> request.bucket(name).key(prefix + object).range(range)));
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (S3Exception refused) {
            // An empty object has no first byte (RFC 9110, section 15.5.17).
            if (range != null && refused.statusCode() == 416) {
                return get(object, null);
            }
            throw refused;
        }
    }

    /** Writes an object, and replaces one that is there. */
    void put(String object, byte[] content, Consumer<PutObjectRequest.Builder> properties) {
        PutObjectRequest.Builder put = PutObjectRequest.builder().bucket(name).key(prefix + object);
        properties.accept(put);
        s3.putObject(encrypted(put).build(), RequestBody.fromBytes(content));
    }

    /** Names the encryption in a request, because a bucket policy may demand that of every write. */
    PutObjectRequest.Builder encrypted(PutObjectRequest.Builder put) {
        if (!encrypted) {
            return put;
        }
        return kmsKeyId.map(key -> put.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key)
                        .bucketKeyEnabled(true))
                .orElseGet(() -> put.serverSideEncryption(ServerSideEncryption.AES256));
    }

    /**
     * Writes an object if it has not changed since it was read ("Conditional writes", Amazon S3 User Guide).
     *
     * @param seen the ETag of the object that was read; empty when there was none
     * @return false when another writer came first, so that nothing was written
     */
    boolean replace(
            String object, byte[] content, Optional<String> seen, Consumer<PutObjectRequest.Builder> properties) {
        try {
            put(
                    object,
                    content,
                    properties.andThen(put -> seen.ifPresentOrElse(put::ifMatch, () -> put.ifNoneMatch("*"))));
            return true;
        } catch (AwsServiceException e) {
            if (isLostRace(e)) {
                return false;
            }
            throw e;
        }
    }

    /** Whether another writer came first: 412, 409 while another conditional write is under way, 404 after a deletion. */
    private static boolean isLostRace(AwsServiceException e) {
        return e.statusCode() == 412
                || e.statusCode() == 409
                || (e.statusCode() == 404 && !code(e).equals("NoSuchBucket"));
    }

    void delete(String object) {
        s3.deleteObject(request -> request.bucket(name).key(prefix + object));
    }

    /**
     * Deletes an object if it has not changed since it was read ("Conditional deletes", Amazon S3 User Guide).
     *
     * @param seen the ETag of the object that was read
     */
    void delete(String object, String seen) {
        try {
            s3.deleteObject(request -> request.bucket(name).key(prefix + object).ifMatch(seen));
        } catch (AwsServiceException e) {
            if (!isLostRace(e)) {
                throw e;
            }
        }
    }

    /** Says what a failure means and what the operator can do about it. */
    String remedy(SdkException e) {
        if (!(e instanceof AwsServiceException service)) {
            return "S3 was not reached, or not in time (" + e.getClass().getSimpleName()
                    + "). Check the credentials, the"
                    + " way to S3 (a VPC needs a gateway endpoint), quarkus.s3.endpoint-override and afterimage.s3.timeout.";
        }
        String answer = "S3 answered " + service.statusCode() + " " + code(service) + " for the bucket " + name + ". ";
        return answer
                + switch (service.statusCode()) {
                    case 301, 307, 400 ->
                        "It probably lies in another region: set quarkus.s3.aws.region to the bucket's.";
                    case 403 ->
                        "The role needs s3:GetObject, s3:PutObject and s3:DeleteObject on the objects and s3:ListBucket on"
                                + " the bucket (without the latter S3 answers 403 for an absent object too), and the use"
                                + " of the KMS key if there is one.";
                    case 404 -> "Create the bucket, or name the right one in afterimage.s3.bucket.";
                    case 429, 503 -> "It is overloaded or asked too fast; that passes by itself.";
                    default -> "That passes by itself, or AWS Health says why not.";
                };
    }

    private static String code(AwsServiceException service) {
        return service.awsErrorDetails() == null || service.awsErrorDetails().errorCode() == null
                ? ""
                : service.awsErrorDetails().errorCode();
    }
}
