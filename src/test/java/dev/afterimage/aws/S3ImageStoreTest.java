package dev.afterimage.aws;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStoreContract;
import dev.afterimage.testing.S3Server;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** The contract, and what is particular to S3, against a server that checks signatures. */
class S3ImageStoreTest extends ImageStoreContract {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00.123Z");
    private static final ImageKey KEY = key(1);

    @AutoClose
    private static final S3Server server = S3Server.start();

    @AutoClose
    private static final S3Client s3 = server.client();

    private final ImageStore store = new S3ImageStore(new S3Bucket(s3, S3Server.BUCKET, "", true, Optional.empty()));

    @BeforeEach
    void empty() {
        s3.listObjectsV2(request -> request.bucket(S3Server.BUCKET))
                .contents()
                .forEach(object -> s3.deleteObject(
                        request -> request.bucket(S3Server.BUCKET).key(object.key())));
    }

    @Override
    protected ImageStore store() {
        return store;
    }

    @Test
    void theObjectLiesWhereCloudFrontLooksForIt() {
        store.put(entry(KEY, NOON, 9), content(KEY, NOON, 9));

        HeadObjectResponse object = head("images/" + KEY);
        assertThat(object.contentType()).isEqualTo("image/png");
        assertThat(object.cacheControl()).isEqualTo("public, max-age=86400, immutable");
    }

    @Test
    void theIndexCanBeRebuiltFromTheHeadOfTheObject() {
        IndexEntry entry = entry(KEY, NOON, 9);
        store.put(entry, content(KEY, NOON, 9));

        String line = head("images/" + KEY).metadata().get("afterimage");
        assertThat(IndexEntryCodec.decode(KEY, line)).contains(entry);
    }

    @Test
    void aPrefixKeepsTwoServicesInOneBucketApart() {
        ImageStore other = new S3ImageStore(new S3Bucket(s3, S3Server.BUCKET, "staging/", true, Optional.empty()));
        other.put(entry(KEY, NOON, 9), content(KEY, NOON, 9));

        assertThat(store.find(KEY)).isEmpty();
        assertThat(other.find(KEY)).isPresent();
        assertThat(head("staging/images/" + KEY).contentLength()).isEqualTo(9);
    }

    @Test
    void objectWithoutOurMetadataIsNoImageAndIsReplaced() {
        s3.putObject(request -> request.bucket(S3Server.BUCKET).key("images/" + KEY), RequestBody.fromString("hello"));
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.read(KEY)).isEmpty();

        IndexEntry entry = entry(KEY, NOON, 9);
        assertThat(store.put(entry, content(KEY, NOON, 9))).isEqualTo(entry);
        assertThat(store.find(KEY)).contains(entry);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", ""})
    void anImageThatIsNotAsLongAsItsEntrySaysIsNotServedAndIsReplaced(String content) {
        String line = IndexEntryCodec.encode(entry(KEY, NOON, 9));
        s3.putObject(
                request -> request.bucket(S3Server.BUCKET).key("images/" + KEY).metadata(Map.of("afterimage", line)),
                RequestBody.fromString(content));

        assertThat(store.read(KEY)).isEmpty();
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.put(entry(KEY, NOON, 9), content(KEY, NOON, 9))).isEqualTo(entry(KEY, NOON, 9));
        assertThat(store.find(KEY)).contains(entry(KEY, NOON, 9));
    }

    @Test
    void everyObjectIsEncryptedWithS3sKeyUnlessAnotherIsNamed() {
        S3Bucket withoutKey = new S3Bucket(s3, S3Server.BUCKET, "", true, Optional.empty());
        PutObjectRequest own = withoutKey.encrypted(PutObjectRequest.builder()).build();
        assertThat(own.serverSideEncryptionAsString()).isEqualTo("AES256");

        S3Bucket withKey = new S3Bucket(s3, S3Server.BUCKET, "", true, Optional.of("alias/images"));
        PutObjectRequest named = withKey.encrypted(PutObjectRequest.builder()).build();
        assertThat(named.serverSideEncryptionAsString()).isEqualTo("aws:kms");
        assertThat(named.ssekmsKeyId()).isEqualTo("alias/images");
        assertThat(named.bucketKeyEnabled()).isTrue();
    }

    @Test
    void aBucketMustBeNamedAndAPrefixEndWithASlash() {
        assertThatThrownBy(() -> new S3Bucket(s3, "", "", true, Optional.empty()))
                .hasMessageContaining("afterimage.s3.bucket");
        assertThatThrownBy(() -> new S3Bucket(s3, "b", "x", true, Optional.empty()))
                .hasMessageContaining("afterimage.s3.prefix");
        assertThatThrownBy(() -> new S3Bucket(s3, "b", "/x/", true, Optional.empty()))
                .hasMessageContaining("afterimage.s3.prefix");
    }

    private static HeadObjectResponse head(String name) {
        return s3.headObject(request -> request.bucket(S3Server.BUCKET).key(name));
    }
}
