package dev.afterimage.aws;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Template versions in S3, each a small object beside the images, so that a flush of Redis brings no purged image back.
 *
 * <p>A version that was read is used for {@code ttl}. In the second half of that time it is read again in the background,
 * so that a template in use never waits for S3. While S3 cannot be reached, the last version stays in use: an outage
 * delays purges, and does not turn hits into misses.
 *
 * <p>When S3's answer to a write is lost, the SDK repeats the write, which then seems to be another process's, and the
 * version is raised once more. The skipped number does no harm: a version only has to rise.
 */
public final class S3TemplateVersions implements TemplateVersions {

    private static final int TEMPLATES = 10_000;

    /**
     * The most races that a raise may lose. Of several raises at once one succeeds each time, so more lost races are a
     * fault.
     */
    private static final int RACES = 64;

    private final S3Bucket bucket;
    private final Duration ttl;
    private final Ticker ticker;
    private final AsyncLoadingCache<TemplateId, Reading> readings;

    /** The highest version that this process has seen, because a slow read may end after a raise. */
    private final Cache<TemplateId, Long> highest =
            Caffeine.newBuilder().maximumSize(TEMPLATES).build();

    /**
     * The result of a read.
     *
     * @param failure why no version is known; null when one is
     * @param askedAt when S3 was asked, in the ticker's nanoseconds
     */
    private record Reading(long version, @Nullable CacheUnavailableException failure, long askedAt) {}

    /**
     * Versions in a bucket.
     *
     * @param ttl for how long another instance's purge may go unnoticed
     * @param clock a clock that goes on while Lambda has frozen the process; {@link System#nanoTime} may not
     * @param executor runs blocking reads, such as on a virtual thread each
     */
    public S3TemplateVersions(S3Bucket bucket, Duration ttl, Clock clock, Executor executor) {
        this.bucket = bucket;
        this.ttl = ttl;
        this.ticker = () -> ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
        Duration fresh = ttl.dividedBy(2).minusNanos(1);
        this.readings = Caffeine.newBuilder()
                .maximumSize(TEMPLATES)
                .ticker(ticker)
                .executor(Runnable::run)
                .expireAfter(Expiry.<TemplateId, Reading>writing((template, reading) -> timeLeft(reading)))
                .refreshAfterWrite(fresh.isPositive() ? fresh : Duration.ofNanos(1))
                .buildAsync((template, unused) -> CompletableFuture.supplyAsync(() -> read(template), executor));
    }

    /**
     * How long a result is used, counted from when S3 was asked, because the version may have been raised before the
     * answer came. A failure is not kept.
     */
    private Duration timeLeft(Reading reading) {
        Duration left = ttl.minusNanos(ticker.read() - reading.askedAt());
        return reading.failure() != null || left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public CompletionStage<Long> current(TemplateId template) {
        try {
            CompletableFuture<Reading> known = readings.get(template);
            return known.thenCompose(reading -> isTooOld(reading) ? readAnew(template, known) : known)
                    .thenCompose(reading -> reading.failure() == null
                            ? CompletableFuture.completedFuture(reading.version())
                            : CompletableFuture.failedFuture(reading.failure()));
        } catch (RejectedExecutionException shuttingDown) {
            return CompletableFuture.failedFuture(
                    new CacheUnavailableException("The service is shutting down.", shuttingDown));
        }
    }

    /**
     * Whether a version was read so long ago that it must not be used. That happens when the process stood still during the
     * read, as Lambda freezes it: others may have raised the version since.
     */
    private boolean isTooOld(Reading reading) {
        return reading.failure() == null && timeLeft(reading).isZero();
    }

    /** Reads the version a second time. This result is used however long the read takes. */
    private CompletableFuture<Reading> readAnew(TemplateId template, CompletableFuture<Reading> tooOld) {
        readings.asMap().remove(template, tooOld);
        return readings.get(template);
    }

    @Override
    public long raise(TemplateId template) {
        try {
            for (int race = 0; race < RACES; race++) {
                long askedAt = ticker.read();
                Optional<ResponseBytes<GetObjectResponse>> existing = bucket.get(objectOf(template));
                long version = numberIn(template, existing) + 1;
                if (bucket.replace(
                        objectOf(template),
                        Long.toString(version).getBytes(StandardCharsets.US_ASCII),
                        existing.map(object -> object.response().eTag()),
                        put -> put.contentType("text/plain"))) {
                    readings.put(template, CompletableFuture.completedFuture(known(template, version, askedAt)));
                    return version;
                }
            }
        } catch (SdkException e) {
            throw new CacheUnavailableException(bucket.remedy(e), e);
        }
        throw new CacheUnavailableException(
                "The version of a template was raised by others " + RACES + " times meanwhile; ask again.", null);
    }

    @Override
    public Duration visibleWithin() {
        return ttl;
    }

    private Reading read(TemplateId template) {
        long askedAt = ticker.read();
        try {
            return known(template, numberIn(template, bucket.get(objectOf(template))), askedAt);
        } catch (SdkException e) {
            return last(template, new CacheUnavailableException(bucket.remedy(e), e));
        } catch (CacheUnavailableException damaged) {
            return last(template, damaged);
        }
    }

    private Reading known(TemplateId template, long version, long askedAt) {
        return new Reading(highest.asMap().merge(template, version, Math::max), null, askedAt);
    }

    /**
     * The result of a read that failed: the highest version known, or the failure if none is. It counts as read now and not
     * when S3 was asked, so that it is used at once, and no caller waits for S3 a second time.
     */
    private Reading last(TemplateId template, CacheUnavailableException failure) {
        Long last = highest.getIfPresent(template);
        return last == null ? new Reading(0, failure, ticker.read()) : new Reading(last, null, ticker.read());
    }

    /** The version in the object; 0 for a template that was never purged. */
    private long numberIn(TemplateId template, Optional<ResponseBytes<GetObjectResponse>> object) {
        try {
            return object.isEmpty()
                    ? 0
                    : Long.parseLong(object.get().asUtf8String().strip());
        } catch (NumberFormatException damaged) {
            throw new CacheUnavailableException(
                    "The object " + bucket.prefix() + objectOf(template) + " in the bucket " + bucket.name()
                            + " holds no number; put one into it that is higher than any the template had.",
                    damaged);
        }
    }

    private static String objectOf(TemplateId template) {
        return "templates/" + template.value();
    }
}
