package dev.afterimage.aws;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Signs presigned URLs of the store itself ("Authenticating Requests: Using Query Parameters", Amazon S3 API Reference),
 * for every S3-compatible store. They are dated at the beginning of the {@link ExpiryWindow}, so that all requests within
 * it get the same URL. A URL that was signed with temporary credentials ends with them, if that is earlier.
 */
public final class S3UrlSigner implements UrlSigner {

    /** The longest validity that Signature Version 4 allows. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private final S3Bucket bucket;
    private final ExpiryWindow window;

    /**
     * A signer for the images of a bucket.
     *
     * @param bucket the bucket; of its client only address and credentials are used, and no request is made
     */
    public S3UrlSigner(S3Bucket bucket, ExpiryWindow window) {
        if (window.longest().compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "afterimage.delivery.url-ttl must be at most 84h where afterimage.delivery.signer=s3, because a presigned"
                            + " URL is valid for at most 7 days, and the service signs for up to twice the url-ttl");
        }
        this.bucket = bucket;
        this.window = window;
    }

    @Override
    public void checkKey() {
        AwsCredentialsIdentity unused = identity(bucket.s3());
    }

    @Override
    public SignedUrl sign(IndexEntry entry) {
        Instant expiry = window.expiryOf(entry.key());
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .uri(locationOf(bucket, S3ImageStore.objectOf(entry.key())))
                .putRawQueryParameter("v", BaseUrl.version(entry))
                .build();
        return presigned(bucket.s3(), request, expiry.minus(window.longest()), window.longest());
    }

    /**
     * A presigned URL: S3 accepts the request from anybody, with any body.
     *
     * @param from the date of the signature
     * @param validFor how long it is valid from then on; shorter if its credentials end earlier. The SDK's credentials from
     *     containers and instances do not say when they end; then the expiry in the answer may be too late
     */
    static SignedUrl presigned(S3Client s3, SdkHttpRequest request, Instant from, Duration validFor) {
        AwsCredentialsIdentity identity = identity(s3);
        Instant expiry = from.plus(validFor);
        String url = AwsV4HttpSigner.create()
                .sign(to -> to.identity(identity)
                        .request(request)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(
                                AwsV4HttpSigner.REGION_NAME,
                                s3.serviceClientConfiguration().region().id())
                        .putProperty(
                                AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, validFor)
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(from, ZoneOffset.UTC)))
                .request()
                .getUri()
                .toString();
        return new SignedUrl(
                url, identity.expirationTime().filter(expiry::isAfter).orElse(expiry));
    }

    static URI locationOf(S3Bucket bucket, String object) {
        return URI.create(bucket.s3()
                .utilities()
                .getUrl(request -> request.bucket(bucket.name()).key(bucket.prefix() + object))
                .toString());
    }

    private static AwsCredentialsIdentity identity(S3Client s3) {
        try {
            return s3.serviceClientConfiguration()
                    .credentialsProvider()
                    .resolveIdentity()
                    .join();
        } catch (SdkClientException e) {
            throw new SigningKeyUnavailableException("There are no credentials of the store to sign URLs with.", e);
        }
    }
}
