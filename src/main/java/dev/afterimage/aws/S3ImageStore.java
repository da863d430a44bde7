package dev.afterimage.aws;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.StoreUnavailableException;
import dev.afterimage.store.StoredImage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Images in S3, one object each, which CloudFront serves as it stands. The object's metadata hold its entry, so that a
 * lost index is rebuilt from the objects alone.
 *
 * <p>Two leaders may write the same image at once. Every write is therefore conditional on what was there before
 * ("Conditional writes", Amazon S3 User Guide): on nothing ({@code If-None-Match: *}) or on the object seen
 * ({@code If-Match}). Who loses the race looks again, and either finds an image as late as its own or replaces an older
 * one. S3's tags are of the bytes alone, so that two images of the same bytes pass for one; then the earlier date may stand
 * with the right image.
 *
 * <p>A refusal (403) is never taken for an absent image, although S3 answers 403 for an absent object too when the role
 * may not {@code s3:ListBucket}: a permission lost by mistake would otherwise be billed as a miss for every image. So the
 * role needs {@code s3:ListBucket} on the bucket, although nothing is ever listed.
 */
public final class S3ImageStore implements ImageStore {

    /** The user metadata ({@code x-amz-meta-afterimage}) that hold the entry's line. */
    static final String ENTRY = "afterimage";

    /** Each lost race means that another writer won one; more than this many at once are not writers but a fault. */
    private static final int RACES = 32;

    private static final Duration YEAR = Duration.ofDays(365);

    private final S3Client s3;
    private final S3Bucket bucket;

    /**
     * @param s3 with short time-outs and few retries, see {@link ClientLimits}
     */
    public S3ImageStore(S3Client s3, S3Bucket bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    /** The object that is there; an entry only when its metadata make one. */
    private record Standing(Optional<IndexEntry> entry, String eTag) {}

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return standing(key).flatMap(Standing::entry);
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        GetObjectRequest get = GetObjectRequest.builder()
                .bucket(bucket.name())
                .key(bucket.objectOf(key))
                .build();
        try {
            ResponseBytes<GetObjectResponse> object = s3.getObjectAsBytes(get);
            byte[] content = object.asByteArrayUnsafe();
            return entryOf(key, object.response())
                    .filter(entry -> entry.bytes() == content.length)
                    .map(entry -> new StoredImage(entry, content));
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        for (int race = 0; race < RACES; race++) {
            Optional<Standing> standing = standing(entry.key());
            Optional<IndexEntry> later = standing.flatMap(Standing::entry)
                    .filter(there -> !there.createdAt().isBefore(entry.createdAt()));
            if (later.isPresent()) {
                return later.get();
            }
            if (write(entry, content, standing.map(Standing::eTag).orElse(null))) {
                return entry;
            }
        }
        throw new StoreUnavailableException(
                "The object of one image in the bucket " + bucket.name() + " was changed " + RACES
                        + " times while it was written; see in S3's access log who writes to it besides this service.",
                null);
    }

    @Override
    public void delete(ImageKey key) {
        try {
            s3.deleteObject(request -> request.bucket(bucket.name()).key(bucket.objectOf(key)));
        } catch (SdkException e) {
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }

    @Override
    public Optional<String> note(String name) {
        try {
            return Optional.of(
                    s3.getObjectAsBytes(request -> request.bucket(bucket.name()).key(bucket.objectOf(name)))
                            .asUtf8String());
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }

    @Override
    public void note(String name, String text) {
        PutObjectRequest.Builder put = PutObjectRequest.builder()
                .bucket(bucket.name())
                .key(bucket.objectOf(name))
                .contentType("text/plain");
        try {
            s3.putObject(bucket.encrypted(put).build(), RequestBody.fromString(text));
        } catch (SdkException e) {
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }

    /**
     * Asks for one byte instead of the head: S3's answers to HEAD have no body, so that a missing bucket, image and
     * permission would look alike.
     */
    private Optional<Standing> standing(ImageKey key) {
        GetObjectRequest get = GetObjectRequest.builder()
                .bucket(bucket.name())
                .key(bucket.objectOf(key))
                .range("bytes=0-0")
                .build();
        try {
            GetObjectResponse object = s3.getObjectAsBytes(get).response();
            return Optional.of(new Standing(entryOf(key, object), object.eTag()));
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }

    /** Whether it was written; not, when the object is another one by now than the one seen. */
    private boolean write(IndexEntry entry, byte[] content, @Nullable String seen) {
        PutObjectRequest.Builder put = PutObjectRequest.builder()
                .bucket(bucket.name())
                .key(bucket.objectOf(entry.key()))
                .contentType(entry.format().contentType())
                .cacheControl(cacheControl(entry))
                .metadata(Map.of(ENTRY, IndexEntryCodec.encode(entry)));
        put = seen == null ? put.ifNoneMatch("*") : put.ifMatch(seen);
        try {
            s3.putObject(bucket.encrypted(put).build(), RequestBody.fromBytes(content));
            return true;
        } catch (SdkException e) {
            if (S3Faults.isLostRace(e)) {
                return false;
            }
            throw S3Faults.unavailable(bucket.name(), e);
        }
    }

    private static Optional<IndexEntry> entryOf(ImageKey key, GetObjectResponse object) {
        return Optional.ofNullable(object.metadata().get(ENTRY)).flatMap(line -> IndexEntryCodec.decode(key, line));
    }

    /** For as long as the image is fresh: its URL changes with it, so that it need not be asked for again until then. */
    private static String cacheControl(IndexEntry entry) {
        long fresh = Duration.between(entry.createdAt(), entry.freshUntil()).toSeconds();
        return "public, max-age=" + Math.clamp(fresh, 0, YEAR.toSeconds()) + ", immutable";
    }
}
