package dev.afterimage.aws;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.store.ImageStore.StoredImage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The images in S3, one object each, which CloudFront serves as it is. The object's metadata has the image's entry, so
 * that a lost index can be rebuilt from the objects alone.
 *
 * <p>Two leaders may write the same image at once. Every write is therefore conditional on the object that was read
 * before. The one that loses the race reads again, and either finds an image at least as new as its own, or replaces an
 * older one. S3's ETags depend on the bytes alone, so two images with the same bytes cannot be told apart, and the
 * earlier date may remain.
 */
public final class S3ImageStore implements ImageStore {

    /** The user metadata ({@code x-amz-meta-afterimage}) that has the entry's line. */
    static final String ENTRY = "afterimage";

    /** The most races that a write may lose. In each another writer was faster; so many writers at once are a fault. */
    private static final int RACES = 32;

    private static final Duration YEAR = Duration.ofDays(365);

    private final S3Bucket bucket;

    public S3ImageStore(S3Bucket bucket) {
        this.bucket = bucket;
    }

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return orUnavailable(() -> bucket.head(objectOf(key))).flatMap(object -> entryOf(key, object));
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        return orUnavailable(() -> bucket.get(objectOf(key))).flatMap(object -> {
            byte[] content = object.asByteArrayUnsafe();
            return entryOf(key, object.response())
                    .filter(entry -> entry.bytes() == content.length)
                    .map(entry -> new StoredImage(entry, content));
        });
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        return orUnavailable(() -> {
            for (int race = 0; race < RACES; race++) {
                Optional<GetObjectResponse> existing = bucket.head(objectOf(entry.key()));
                Optional<IndexEntry> later = existing.flatMap(object -> entryOf(entry.key(), object))
                        .filter(there -> !there.createdAt().isBefore(entry.createdAt()));
                if (later.isPresent()) {
                    return later.get();
                }
                if (replace(existing.map(GetObjectResponse::eTag), entry, content)) {
                    return entry;
                }
            }
            throw new StoreUnavailableException(
                    "The object of one image in the bucket " + bucket.name() + " was changed " + RACES
                            + " times while it was written; see in S3's access log who writes to it besides this service.",
                    null);
        });
    }

    private boolean replace(Optional<String> seen, IndexEntry entry, byte[] content) {
        return bucket.replace(
                objectOf(entry.key()),
                content,
                seen,
                put -> put.contentType(entry.format().contentType())
                        .cacheControl(cacheControl(entry))
                        .metadata(Map.of(ENTRY, IndexEntryCodec.encode(entry))));
    }

    @Override
    public void delete(ImageKey key) {
        orUnavailable(() -> {
            bucket.delete(objectOf(key));
            return key;
        });
    }

    @Override
    public void delete(IndexEntry entry) {
        String object = objectOf(entry.key());
        orUnavailable(() -> {
            bucket.head(object)
                    .filter(existing -> entryOf(entry.key(), existing).equals(Optional.of(entry)))
                    .ifPresent(existing -> bucket.delete(object, existing.eTag()));
            return entry;
        });
    }

    @Override
    public Optional<String> note(String name) {
        return orUnavailable(() -> bucket.get("notes/" + name)).map(ResponseBytes::asUtf8String);
    }

    @Override
    public void note(String name, String text) {
        orUnavailable(() -> {
            bucket.put("notes/" + name, text.getBytes(StandardCharsets.UTF_8), put -> put.contentType("text/plain"));
            return name;
        });
    }

    private <T> T orUnavailable(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (SdkException e) {
            throw new StoreUnavailableException(bucket.remedy(e), e);
        }
    }

    /** The object's name: the path of the image's URL, so that CloudFront finds the object without a rewrite. */
    static String objectOf(ImageKey key) {
        return "images/" + key.value();
    }

    private static Optional<IndexEntry> entryOf(ImageKey key, GetObjectResponse object) {
        return Optional.ofNullable(object.metadata().get(ENTRY))
                .flatMap(line -> IndexEntryCodec.decode(key, line))
                .filter(entry -> isWhole(object, entry));
    }

    /**
     * Whether the object is as long as its entry says. The answer to a read of one byte names the whole length
     * ({@code Content-Range: bytes 0-0/LENGTH}). Any other answer is only checked not to be empty; {@link #read} compares the
     * length of its bytes itself.
     */
    private static boolean isWhole(GetObjectResponse object, IndexEntry entry) {
        return object.contentRange() == null
                ? !Long.valueOf(0).equals(object.contentLength())
                : object.contentRange().endsWith("/" + entry.bytes());
    }

    /** Cached for as long as the image is fresh, at most a year: a new image has another URL. */
    private static String cacheControl(IndexEntry entry) {
        long fresh = Duration.between(entry.createdAt(), entry.freshUntil()).toSeconds();
        return "public, max-age=" + Math.clamp(fresh, 0, YEAR.toSeconds()) + ", immutable";
    }
}
