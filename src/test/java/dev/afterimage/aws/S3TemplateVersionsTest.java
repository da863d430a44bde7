package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.cache.TemplateVersionsContract;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.FaultProxy;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.S3Server;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Request;

/** The contract, and what is particular to S3, against a server with S3's protocol. */
class S3TemplateVersionsTest extends TemplateVersionsContract {

    private static final TemplateId HERO = new TemplateId("hero");
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final ClientLimits LIMITS = new ClientLimits(Duration.ofSeconds(10), Duration.ofSeconds(20), 2);

    @AutoClose
    private static final S3Server server = S3Server.start();

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-05T12:00:00Z"));

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AutoClose
    private S3Client s3;

    @AutoClose
    private FaultProxy proxy;

    @AutoClose
    private S3Client proxied;

    @BeforeEach
    void connect() throws IOException {
        proxy = FaultProxy.before("127.0.0.1", server.port());
        proxied = LIMITS.limitS3(S3Server.clientOf(proxy.http())).build();
        s3 = server.client();
        s3.listObjectsV2(request -> request.bucket(S3Server.BUCKET))
                .contents()
                .forEach(object -> s3.deleteObject(
                        request -> request.bucket(S3Server.BUCKET).key(object.key())));
    }

    @Override
    protected TemplateVersions instance() {
        return versions(s3, threads);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }

    @Test
    void theVersionIsANumberInAnObjectOfItsOwn() {
        instance().raise(HERO);

        assertThat(s3.getObjectAsBytes(
                                request -> request.bucket(S3Server.BUCKET).key("templates/hero"))
                        .asUtf8String())
                .isEqualTo("1");
    }

    @Test
    void aVersionJustReadIsUsedWithoutAsking() {
        TemplateVersions versions = versions(proxied, Runnable::run);
        join(versions);
        proxy.cut();

        clock.advance(TTL.dividedBy(2).minusMillis(1));
        assertThat(versions.current(HERO).toCompletableFuture()).isCompletedWithValue(0L);
    }

    @Test
    void aTemplateInUseNeverWaitsForS3() {
        Queue<Runnable> later = new ArrayDeque<>();
        TemplateVersions versions = versions(s3, later::add);
        CompletableFuture<Long> first = versions.current(HERO).toCompletableFuture();
        later.remove().run();
        assertThat(first).isCompletedWithValue(0L);
        instance().raise(HERO);

        clock.advance(TTL.dividedBy(2));
        assertThat(versions.current(HERO).toCompletableFuture()).isCompletedWithValue(0L);
        assertThat(versions.current(HERO).toCompletableFuture()).isCompletedWithValue(0L);
        assertThat(later).as("one reading, whoever asks").hasSize(1);
        later.remove().run();
        assertThat(versions.current(HERO).toCompletableFuture()).isCompletedWithValue(1L);
    }

    /** As of a process that Lambda freezes with its question under way: others have long raised the version when it goes on. */
    @Test
    void anAnswerThatIsOlderThanItsTimeToLiveIsNotUsed() {
        instance().raise(HERO);
        S3Client standingStill = new DelegatingS3Client(s3) {
            private boolean stoodStill;

            @Override
            protected <T extends S3Request, A> A invokeOperation(T request, Function<T, A> operation) {
                A answer = operation.apply(request);
                if (!stoodStill) {
                    stoodStill = true;
                    instance().raise(HERO);
                    clock.advance(TTL);
                }
                return answer;
            }
        };
        TemplateVersions versions = versions(standingStill, threads);

        assertThat(join(versions)).isEqualTo(2);
        assertThat(join(versions)).isEqualTo(2);
    }

    @Test
    void withoutS3TheVersionLastReadIsUsed() {
        TemplateVersions versions = versions(proxied, threads);
        versions.raise(HERO);
        proxy.cut();

        clock.advance(Duration.ofHours(1));
        assertThat(join(versions)).isEqualTo(1);

        proxy.pass();
        assertThat(join(versions)).isEqualTo(1);
    }

    /** A bug: a reading that failed after its time-out was taken for one of a process that stood still, and was repeated. */
    @Test
    void whoeverAsksWaitsOnceForAStoreThatDoesNotAnswer() {
        AtomicInteger asked = new AtomicInteger();
        TemplateVersions versions = versions(
                new DelegatingS3Client(s3) {
                    @Override
                    protected <T extends S3Request, A> A invokeOperation(T request, Function<T, A> operation) {
                        if (asked.incrementAndGet() == 1) {
                            return operation.apply(request);
                        }
                        clock.advance(TTL.multipliedBy(2));
                        throw SdkClientException.create("no answer in time");
                    }
                },
                Runnable::run);
        assertThat(join(versions)).isZero();
        clock.advance(TTL);

        assertThat(join(versions)).isZero();
        assertThat(asked).hasValue(2);
    }

    @Test
    void withoutS3AVersionThatWasNeverReadIsAFailure() {
        TemplateVersions versions = versions(proxied, threads);
        proxy.cut();

        assertThatThrownBy(() -> join(versions)).hasCauseInstanceOf(CacheUnavailableException.class);
        assertThatThrownBy(() -> versions.raise(HERO)).isInstanceOf(CacheUnavailableException.class);

        proxy.pass();
        assertThat(join(versions)).isZero();
    }

    @Test
    void aDamagedObjectIsNamed() {
        s3.putObject(request -> request.bucket(S3Server.BUCKET).key("templates/hero"), RequestBody.fromString("seven"));

        assertThatThrownBy(() -> join(instance())).hasMessageContaining("templates/hero");
        assertThatThrownBy(() -> instance().raise(HERO)).isInstanceOf(CacheUnavailableException.class);
    }

    @Test
    void readThatCannotBeStartedFailsAndTheNextOneIsTried() {
        Queue<Runnable> accepted = new ArrayDeque<>();
        boolean[] full = {true};
        TemplateVersions versions = versions(s3, task -> {
            if (full[0]) {
                throw new RejectedExecutionException("full");
            }
            accepted.add(task);
        });
        assertThat(versions.current(HERO).toCompletableFuture()).isCompletedExceptionally();

        full[0] = false;
        assertThat(versions.current(HERO).toCompletableFuture()).isNotDone();
        assertThat(accepted).hasSize(1);
    }

    private TemplateVersions versions(S3Client client, Executor executor) {
        S3Bucket bucket = new S3Bucket(client, S3Server.BUCKET, "", true, Optional.empty());
        return new S3TemplateVersions(bucket, TTL, clock, executor);
    }

    private static long join(TemplateVersions versions) {
        return versions.current(HERO).toCompletableFuture().join();
    }
}
