package dev.afterimage.aws;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Template versions as small objects beside the images, so that a flushed Redis brings no purged image back.
 *
 * <p>What was read is used for {@code ttl}; in the second half of that time it is read again in the background, so that a
 * template in use never waits for S3. While S3 cannot be asked, the version last read goes on to be used: an outage makes a
 * purge arrive later, not every hit a miss.
 *
 * <p>When S3's answer to a write is lost, the SDK repeats it, finds it done by somebody, and the version is raised once more.
 * A number is skipped then, which harms nobody: what counts is that the version rises.
 */
public final class S3TemplateVersions implements TemplateVersions {

    private static final int TEMPLATES = 10_000;

    /** Of several raises at once one wins each round; more rounds than this are a fault, not a crowd. */
    private static final int RACES = 64;

    private final S3Client s3;
    private final S3Bucket bucket;
    private final Duration ttl;
    private final Clock clock;
    private final Executor executor;
    private final Cache<TemplateId, Known> known =
            Caffeine.newBuilder().maximumSize(TEMPLATES).build();
    private final ConcurrentMap<TemplateId, CompletableFuture<Known>> readings = new ConcurrentHashMap<>();

    /**
     * @param ttl for how long another instance's purge may go unnoticed
     * @param executor runs blocking reads, such as a virtual thread each
     */
    public S3TemplateVersions(S3Client s3, S3Bucket bucket, Duration ttl, Clock clock, Executor executor) {
        this.s3 = s3;
        this.bucket = bucket;
        this.ttl = ttl;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * A version, and the moment before which it was asked for.
     *
     * @param eTag of the object; empty when there is none yet
     */
    private record Known(long version, Optional<String> eTag, Instant askedAt) {}

    @Override
    public CompletionStage<Long> current(TemplateId template) {
        Known last = known.getIfPresent(template);
        if (last == null) {
            return reading(template).thenApply(Known::version);
        }
        Duration age = Duration.between(last.askedAt(), clock.instant());
        if (age.compareTo(ttl.dividedBy(2)) < 0) {
            return CompletableFuture.completedFuture(last.version());
        }
        CompletableFuture<Long> next =
                reading(template).exceptionally(failed -> last).thenApply(Known::version);
        return age.compareTo(ttl) < 0 ? CompletableFuture.completedFuture(last.version()) : next;
    }

    @Override
    public long raise(TemplateId template) {
        try {
            for (int race = 0; race < RACES; race++) {
                Known before = read(template);
                Optional<Known> after = write(template, before);
                if (after.isPresent()) {
                    remember(template, after.get());
                    return after.get().version();
                }
            }
        } catch (SdkException e) {
            throw new CacheUnavailableException(S3Faults.remedy(bucket.name(), e), e);
        }
        throw new CacheUnavailableException(
                "The version of a template was raised by others " + RACES + " times meanwhile; ask again.", null);
    }

    @Override
    public Duration visibleWithin() {
        return ttl;
    }

    /** One reading a template at a time, whoever asks. */
    private CompletableFuture<Known> reading(TemplateId template) {
        CompletableFuture<Known> mine = new CompletableFuture<>();
        CompletableFuture<Known> running = readings.putIfAbsent(template, mine);
        if (running != null) {
            return running;
        }
        try {
            executor.execute(() -> fill(mine, template));
        } catch (RejectedExecutionException shuttingDown) {
            readings.remove(template);
            mine.completeExceptionally(new CacheUnavailableException("The service is shutting down.", shuttingDown));
        }
        return mine;
    }

    private void fill(CompletableFuture<Known> reading, TemplateId template) {
        try {
            Known read = remember(template, readOrFail(template));
            readings.remove(template);
            reading.complete(read);
        } catch (RuntimeException e) {
            readings.remove(template);
            reading.completeExceptionally(e);
        }
    }

    /** Of two readings the higher version stays: a slow reading may end after a raise. */
    private Known remember(TemplateId template, Known read) {
        return known.asMap().merge(template, read, (one, other) -> other.version() >= one.version() ? other : one);
    }

    private Known readOrFail(TemplateId template) {
        try {
            return read(template);
        } catch (SdkException e) {
            throw new CacheUnavailableException(S3Faults.remedy(bucket.name(), e), e);
        }
    }

    private Known read(TemplateId template) {
        Instant askedAt = clock.instant();
        try {
            ResponseBytes<GetObjectResponse> object =
                    s3.getObjectAsBytes(request -> request.bucket(bucket.name()).key(bucket.objectOf(template)));
            return new Known(
                    number(template, object.asUtf8String()),
                    Optional.of(object.response().eTag()),
                    askedAt);
        } catch (NoSuchKeyException neverPurged) {
            return new Known(0, Optional.empty(), askedAt);
        }
    }

    /** Empty when the object is another one by now than the one read. */
    private Optional<Known> write(TemplateId template, Known before) {
        long version = before.version() + 1;
        PutObjectRequest.Builder put = PutObjectRequest.builder()
                .bucket(bucket.name())
                .key(bucket.objectOf(template))
                .contentType("text/plain");
        put = before.eTag().isPresent() ? put.ifMatch(before.eTag().get()) : put.ifNoneMatch("*");
        byte[] content = Long.toString(version).getBytes(StandardCharsets.US_ASCII);
        Instant askedAt = clock.instant();
        try {
            String eTag = s3.putObject(bucket.encrypted(put).build(), RequestBody.fromBytes(content))
                    .eTag();
            return Optional.of(new Known(version, Optional.of(eTag), askedAt));
        } catch (SdkException e) {
            if (S3Faults.isLostRace(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private long number(TemplateId template, String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException damaged) {
            throw new CacheUnavailableException(
                    "The object " + bucket.objectOf(template) + " in the bucket " + bucket.name()
                            + " holds no number; put one into it that is higher than any the template had.",
                    damaged);
        }
    }
}
