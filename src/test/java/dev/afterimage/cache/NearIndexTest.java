package dev.afterimage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class NearIndexTest {

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final ImageKey KEY = TestImages.key(1);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final MemoryImageIndex far = new MemoryImageIndex();
    private final NearIndex index = new NearIndex(far, TTL, 10, () -> clock.millis() * 1_000_000);
    private final IndexEntry entry = TestImages.entry(KEY, clock.instant(), 1);

    @Test
    void cachedEntryIsFoundWithoutARoundTrip() {
        far.put(entry);
        find();
        far.down(true);
        assertThat(find()).contains(entry);
    }

    @Test
    void deletionByAnotherProcessIsSeenAfterTheTtl() {
        far.put(entry);
        find();
        far.remove(KEY);
        assertThat(find()).contains(entry);
        clock.advance(TTL);
        assertThat(find()).isEmpty();
    }

    @Test
    void deletionByThisProcessIsSeenAtOnce() {
        index.put(entry);
        index.remove(KEY);
        assertThat(find()).isEmpty();
    }

    @Test
    void absenceIsNotRemembered() {
        assertThat(find()).isEmpty();
        far.put(entry);
        assertThat(find()).contains(entry);
    }

    @Test
    void entryPutByThisProcessIsFoundWithoutARoundTrip() {
        assertThat(index.put(entry)).isCompleted();
        far.down(true);
        assertThat(find()).contains(entry);
    }

    /** A process that is frozen while it asks may read the answer long after the image was deleted. */
    @Test
    void answerThatTookLongerThanTheTtlIsNotCached() {
        CompletableFuture<Optional<IndexEntry>> answer = new CompletableFuture<>();
        MemoryImageIndex slow = new MemoryImageIndex() {
            @Override
            public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
                return answer.isDone() ? CompletableFuture.completedFuture(Optional.empty()) : answer;
            }
        };
        NearIndex near = new NearIndex(slow, TTL, 10, () -> clock.millis() * 1_000_000);
        CompletionStage<Optional<IndexEntry>> found = near.find(KEY);
        clock.advance(TTL);
        answer.complete(Optional.of(entry));

        assertThat(found).isCompletedWithValue(Optional.of(entry));
        assertThat(near.find(KEY)).isCompletedWithValue(Optional.empty());
    }

    /** During the removal another request may read and cache the entry that is still there. */
    @Test
    void lookupDuringARemovalDoesNotBringTheEntryBack() {
        CompletableFuture<Void> removing = new CompletableFuture<>();
        MemoryImageIndex slowlyRemoving = new MemoryImageIndex() {
            @Override
            public CompletionStage<Void> remove(ImageKey key) {
                return removing;
            }
        };
        NearIndex slow = new NearIndex(slowlyRemoving, TTL, 10, () -> clock.millis() * 1_000_000);
        slow.put(entry);
        CompletionStage<Void> removed = slow.remove(KEY);
        slowlyRemoving.entries().remove(KEY);
        assertThat(slow.find(KEY).toCompletableFuture().join()).isEmpty();

        slowlyRemoving.put(entry);
        assertThat(slow.find(KEY).toCompletableFuture().join()).contains(entry);
        slowlyRemoving.entries().remove(KEY);
        removing.complete(null);

        assertThat(removed).isCompleted();
        assertThat(slow.find(KEY).toCompletableFuture().join()).isEmpty();
    }

    @Test
    void findAllReadsTheIndexBehind() {
        far.put(entry);
        assertThat(index.findAll(List.of(KEY)).toCompletableFuture().join()).containsEntry(KEY, entry);
    }

    private Optional<IndexEntry> find() {
        return index.find(KEY).toCompletableFuture().join();
    }
}
