package dev.afterimage.aws;

import dev.afterimage.batch.Uploads;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Uploaded rows of batches in S3, under {@code uploads/}. Clients put them there by presigned URLs that are good for an
 * hour; the bucket's lifecycle rule deletes them.
 */
public final class S3Uploads implements Uploads {

    private static final Duration OPEN_FOR = Duration.ofHours(1);

    private final S3Bucket bucket;
    private final TimeOrderedIds ids;
    private final Clock clock;

    public S3Uploads(S3Bucket bucket, TimeOrderedIds ids, Clock clock) {
        this.bucket = bucket;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public Place offer() {
        String upload = ids.next();
        SdkHttpRequest put = SdkHttpRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(S3UrlSigner.locationOf(bucket, objectOf(upload)))
                .build();
        SignedUrl signed = S3UrlSigner.presigned(bucket.s3(), put, clock.instant(), OPEN_FOR);
        return new Place(upload, URI.create(signed.url()), signed.expiresAt());
    }

    @Override
    public Optional<InputStream> open(String upload) throws IOException {
        if (!TimeOrderedIds.isWellFormed(upload)) {
            return Optional.empty();
        }
        try {
            return Optional.of(bucket.s3()
                    .getObject(request -> request.bucket(bucket.name()).key(bucket.prefix() + objectOf(upload))));
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (SdkException e) {
            throw new StoreUnavailableException(bucket.remedy(e), e);
        }
    }

    private static String objectOf(String upload) {
        return "uploads/" + upload;
    }
}
