package dev.afterimage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MapIndex;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class NearIndexTest {

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final ImageKey KEY = TestImages.key(1);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final MapIndex far = new MapIndex();
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

    /** Between the two, another request may have asked and remembered what was still there. */
    @Test
    void lookupDuringARemovalDoesNotBringTheEntryBack() {
        CompletableFuture<Void> removing = new CompletableFuture<>();
        NearIndex slow = new NearIndex(
                new ForwardingIndex(far) {
                    @Override
                    public CompletionStage<Void> remove(ImageKey key) {
                        return removing;
                    }
                },
                TTL,
                10,
                () -> clock.millis() * 1_000_000);
        slow.put(entry);
        CompletionStage<Void> removed = slow.remove(KEY);
        far.remove(KEY);
        assertThat(slow.find(KEY).toCompletableFuture().join()).isEmpty();

        far.put(entry);
        assertThat(slow.find(KEY).toCompletableFuture().join()).contains(entry);
        far.remove(KEY);
        removing.complete(null);

        assertThat(removed).isCompleted();
        assertThat(slow.find(KEY).toCompletableFuture().join()).isEmpty();
    }

    @Test
    void findAllReadsTheIndexBehind() {
        far.put(entry);
        assertThat(index.findAll(List.of(KEY)).toCompletableFuture().join()).containsEntry(KEY, entry);
    }

    /** An index that another one stands behind. */
    private static class ForwardingIndex implements ImageIndex {
        private final ImageIndex next;

        ForwardingIndex(ImageIndex next) {
            this.next = next;
        }

        @Override
        public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
            return next.find(key);
        }

        @Override
        public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
            return next.findAll(keys);
        }

        @Override
        public CompletionStage<Void> put(IndexEntry added) {
            return next.put(added);
        }

        @Override
        public CompletionStage<Void> remove(ImageKey key) {
            return next.remove(key);
        }
    }

    private Optional<IndexEntry> find() {
        return index.find(KEY).toCompletableFuture().join();
    }
}
