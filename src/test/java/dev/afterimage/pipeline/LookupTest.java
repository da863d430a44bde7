package dev.afterimage.pipeline;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.FakeBacklog;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Pause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How hits are held against the store. A check runs when the test lets it. */
class LookupTest {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");
    private static final ImageKey KEY = key(1);

    private final MutableClock clock = new MutableClock(NOON);
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryImageStore store = new MemoryImageStore();
    private final MemoryLimiter receipts = Permitted.limiter(clock);
    private final Queue<Runnable> checks = new ArrayDeque<>();
    private final ExecutorService threads = new CallersThread() {
        @Override
        public void execute(Runnable check) {
            checks.add(check);
        }
    };
    private boolean isLate;
    private final Pause pause = new Pause() {
        @Override
        public void await(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> CompletableFuture<T> orTimeout(CompletableFuture<T> future, Duration atMost) {
            if (isLate) {
                future.completeExceptionally(new TimeoutException());
            }
            return future;
        }
    };
    private final Lookup lookup = lookup(true);

    @BeforeEach
    void storeAnImage() {
        index.put(store.put(entry(KEY, NOON, 9), content(KEY, NOON, 9)));
    }

    @Test
    void anEntryWhoseImageIsGoneIsRemovedBehindTheAnswer() {
        store.delete(KEY);

        assertThat(find(KEY)).isPresent();
        checks.remove().run();
        assertThat(find(KEY)).isEmpty();
    }

    @Test
    void anEntryWhoseImageWasReplacedIsReplacedBehindTheAnswer() {
        Instant later = NOON.plusSeconds(60);
        IndexEntry newer = store.put(entry(KEY, later, 9), content(KEY, later, 9));

        assertThat(find(KEY)).contains(entry(KEY, NOON, 9));
        checks.remove().run();
        assertThat(find(KEY)).contains(newer);
    }

    @Test
    void anImageThatIsThereIsCheckedOnceAnHour() {
        assertThat(find(KEY)).isPresent();
        checks.remove().run();
        clock.advance(Duration.ofMinutes(59));
        assertThat(find(KEY)).isPresent();
        assertThat(checks).isEmpty();

        clock.advance(Duration.ofMinutes(1));
        assertThat(find(KEY)).isPresent();
        assertThat(checks).hasSize(1);
    }

    @Test
    void anImageThatThisProcessHasStoredIsNotCheckedForAnHour() {
        lookup.remember(entry(KEY, NOON, 9), NOON);

        assertThat(find(KEY)).isPresent();
        assertThat(checks).isEmpty();
    }

    /** A bug (seed 21001507): for a moment hits were answered with an image that had been replaced meanwhile. */
    @Test
    void afterThePromptTimeWhatTheStoreHasIsEnteredInPlaceOfTheImage() {
        index.entries().clear();
        clock.advance(Duration.ofSeconds(2));
        IndexEntry newer = store.put(entry(KEY, clock.instant(), 9), content(KEY, clock.instant(), 9));

        lookup.remember(entry(KEY, NOON, 9), NOON);
        assertThat(index.entries()).isEmpty();
        checks.remove().run();
        assertThat(index.entries()).containsEntry(KEY, newer);
    }

    @Test
    void aKeyIsNotCheckedTwiceAtOnce() {
        find(KEY);
        find(KEY);
        assertThat(checks).hasSize(1);
    }

    @Test
    void whileTheStoreCannotBeReachedTheEntryStaysAndIsCheckedLater() {
        store.down(true);
        assertThat(find(KEY)).isPresent();
        checks.remove().run();

        clock.advance(Duration.ofSeconds(5));
        assertThat(find(KEY)).isPresent();
        assertThat(checks).hasSize(1);
    }

    @Test
    void onlySomeChecksRunAtOnce() {
        for (int other = 1; other <= 10; other++) {
            index.put(store.put(entry(key(other), NOON, 9), content(key(other), NOON, 9)));
            find(key(other));
        }
        assertThat(checks).hasSize(4);
        checks.forEach(Runnable::run);

        find(key(10));
        assertThat(checks).hasSize(5);
    }

    @Test
    void requestsThatValidateOneKeyShareACheck() {
        store.delete(KEY);
        CompletableFuture<Optional<IndexEntry>> first = validated(KEY);
        CompletableFuture<Optional<IndexEntry>> second = validated(KEY);
        assertThat(first).isNotDone();
        assertThat(checks).hasSize(1);
        checks.remove().run();
        // The two that waited go on.
        checks.forEach(Runnable::run);

        assertThat(first).isCompletedWithValue(Optional.empty());
        assertThat(second).isCompletedWithValue(Optional.empty());
    }

    @Test
    void aRequestThatValidatesDoesNotWaitForASilentStore() {
        isLate = true;
        CompletableFuture<Optional<IndexEntry>> validated = validated(KEY);
        Runnable check = checks.remove();
        checks.remove().run();
        assertThat(validated).isCompletedWithValueMatching(Optional::isPresent);

        store.delete(KEY);
        check.run();
        assertThat(index.entries()).as("a late check mends the index, too").isEmpty();
    }

    @Test
    void afterAFailureOfTheStoreTheIndexIsBelievedForAWhile() {
        store.down(true);
        validated(KEY);
        checks.remove().run();
        checks.clear();

        assertThat(validated(KEY)).isCompletedWithValueMatching(Optional::isPresent);
        assertThat(checks).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        validated(KEY);
        assertThat(checks).hasSize(1);
    }

    @Test
    void onlySomeRequestsThatValidateAskTheStoreAtOnce() {
        for (int other = 1; other <= 300; other++) {
            index.put(store.put(entry(key(other), NOON, 9), content(key(other), NOON, 9)));
            validated(key(other));
        }
        assertThat(checks).hasSize(256);
        assertThat(validated(key(300))).isCompletedWithValueMatching(Optional::isPresent);
    }

    /** A bug: a DELETE after the store's answer left the entry that the check then wrote. */
    @Test
    void anEntryThatACheckHasWrittenIsCheckedAgain() {
        Instant later = NOON.plusSeconds(60);
        store.put(entry(KEY, later, 9), content(KEY, later, 9));
        index.beforePut(() -> store.delete(KEY));

        find(KEY);
        checks.remove().run();
        assertThat(index.entries()).containsKey(KEY);
        checks.remove().run();
        assertThat(index.entries()).isEmpty();
    }

    @Test
    void nothingIsCheckedWhereTheIndexLooksForTheImageItself() {
        assertThat(lookup(false).inIndex(KEY, false).toCompletableFuture().join())
                .isPresent();
        assertThat(checks).isEmpty();
    }

    private CompletableFuture<Optional<IndexEntry>> validated(ImageKey key) {
        return lookup.inIndex(key, true).toCompletableFuture();
    }

    private Optional<IndexEntry> find(ImageKey key) {
        return lookup.inIndex(key, false).toCompletableFuture().join();
    }

    private Lookup lookup(boolean checksHits) {
        FakeGenerator provider = new FakeGenerator();
        return new Lookup(new PipelineParts(
                Jobs.KEYS,
                new FixedVersions(),
                index,
                store,
                checksHits,
                new MemoryFlightLeases(Duration.ofSeconds(30), clock::nanoTime, pause),
                receipts,
                Permitted.settler(receipts, clock, pause, threads),
                provider,
                provider,
                (request, lane, deadline) -> Optional.empty(),
                Permitted.FRESHNESS,
                new MemoryCallerQuota(OptionalInt.empty(), clock),
                new FakeBacklog(),
                new Drain(clock, pause),
                Integer.MAX_VALUE,
                Duration.ofSeconds(25),
                () -> {},
                pause,
                clock,
                threads));
    }
}
