package dev.afterimage.aws;

import dev.afterimage.batch.Uploads;
import dev.afterimage.jobs.TimeOrderedIds;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedPutObjectRequest;

/**
 * Rows of batches in S3, at {@code uploads/}, put there by presigned URLs. The bucket's lifecycle rule takes them away.
 */
public final class S3Uploads implements Uploads {

    private static final Duration OPEN_FOR = Duration.ofHours(1);

    private final S3Client s3;
    private final Supplier<S3Presigner> presigner;
    private final S3Bucket bucket;
    private final TimeOrderedIds ids;

    public S3Uploads(S3Client s3, Supplier<S3Presigner> presigner, S3Bucket bucket, TimeOrderedIds ids) {
        this.s3 = s3;
        this.presigner = presigner;
        this.bucket = bucket;
        this.ids = ids;
    }

    @Override
    public Place offer() {
        String upload = ids.next();
        PresignedPutObjectRequest put = presigner
                .get()
                .presignPutObject(request -> request.signatureDuration(OPEN_FOR)
                        .putObjectRequest(object -> object.bucket(bucket.name()).key(bucket.objectOfUpload(upload))));
        return new Place(upload, URI.create(put.url().toString()), put.expiration());
    }

    @Override
    public Optional<InputStream> open(String upload) throws IOException {
        if (!TimeOrderedIds.isWellFormed(upload)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    s3.getObject(request -> request.bucket(bucket.name()).key(bucket.objectOfUpload(upload))));
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }
}
