package dev.afterimage.store;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore.StoredImage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of every {@link ImageStore}. */
public abstract class ImageStoreContract {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00.123Z");
    private static final ImageKey KEY = key(1);

    /** The store under test, empty at the start of each test; the same one for the whole of a test. */
    protected abstract ImageStore store();

    @Test
    void anUnknownImageIsAbsent() {
        assertThat(store().find(KEY)).isEmpty();
        assertThat(store().read(KEY)).isEmpty();
    }

    @Test
    void aStoredImageIsFoundInEveryDetail() {
        IndexEntry entry =
                new IndexEntry(KEY, ImageFormat.JPEG, 1_000, NOON, NOON.plusMillis(60_001), NOON.plusMillis(90_002));

        IndexEntry standing = store().put(entry, content(KEY, NOON, 1_000));

        assertThat(standing).isEqualTo(entry);
        assertThat(store().find(KEY)).contains(entry);
    }

    /** From one byte to more than any buffer holds; the bytes have every value. */
    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 129, 65_536, 3_000_001})
    void anImageIsReadBackByteForByte(int bytes) {
        byte[] content = content(KEY, NOON, bytes);
        IndexEntry entry = entry(KEY, NOON, bytes);

        store().put(entry, content);

        StoredImage stored = store().read(KEY).orElseThrow();
        assertThat(stored.entry()).isEqualTo(entry);
        assertThat(stored.content()).isEqualTo(content);
    }

    @Test
    void anImageIsFoundWhateverItsFreshness() {
        Instant longAgo = NOON.minus(Duration.ofDays(3650));

        put(longAgo);

        assertHolds(longAgo);
    }

    @Test
    void aNoteIsKeptAndReplaced() {
        assertThat(store().note("provider-identity")).isEmpty();

        store().note("provider-identity", "json:1");
        store().note("epoch", "7");
        assertThat(store().note("provider-identity")).contains("json:1");

        store().note("provider-identity", "json:2\n\u00e9");
        assertThat(store().note("provider-identity")).contains("json:2\n\u00e9");
        assertThat(store().note("epoch")).contains("7");
    }

    @Test
    void laterImageReplacesAnEarlierOne() {
        put(NOON);

        IndexEntry standing = put(NOON.plusMillis(1));

        assertThat(standing.createdAt()).isEqualTo(NOON.plusMillis(1));
        assertHolds(NOON.plusMillis(1));
    }

    @Test
    void olderImageIsNotStoredAndTheLaterOneIsReturned() {
        IndexEntry later = put(NOON);

        IndexEntry standing = put(NOON.minusMillis(1));

        assertThat(standing).isEqualTo(later);
        assertHolds(NOON);
    }

    @Test
    void ofTwoEquallyOldImagesTheFirstIsKept() {
        IndexEntry first = entry(KEY, NOON, 500);
        store().put(first, content(KEY, NOON, 500));

        IndexEntry standing = store().put(entry(KEY, NOON, 700), new byte[700]);

        assertThat(standing).isEqualTo(first);
        assertHolds(NOON);
    }

    @Test
    void imagesOfDifferentKeysAreIndependent() {
        put(NOON);
        ImageKey neighbour = key(2);
        store().put(entry(neighbour, NOON, 9), content(neighbour, NOON, 9));

        assertHolds(NOON);
        assertThat(store().read(neighbour).orElseThrow().content()).isEqualTo(content(neighbour, NOON, 9));
    }

    @Test
    void aDeletedImageIsAbsentAndItsNeighbourIsNot() {
        put(NOON);
        ImageKey neighbour = key(2);
        store().put(entry(neighbour, NOON, 9), content(neighbour, NOON, 9));

        store().delete(KEY);

        assertThat(store().find(KEY)).isEmpty();
        assertThat(store().read(KEY)).isEmpty();
        assertThat(store().find(neighbour)).isPresent();
    }

    @Test
    void afterADeletionAnOlderImageMayCome() {
        put(NOON);
        store().delete(KEY);

        put(NOON.minusSeconds(1));

        assertHolds(NOON.minusSeconds(1));
    }

    @Test
    void deleteOfAnEntryRemovesThatImageOnly() {
        IndexEntry former = put(NOON);
        IndexEntry standing = put(NOON.plusMillis(1));

        store().delete(former);
        assertHolds(NOON.plusMillis(1));

        store().delete(standing);
        assertThat(store().find(KEY)).isEmpty();
        assertThatCode(() -> store().delete(standing)).doesNotThrowAnyException();
    }

    @Test
    void deletingAnUnknownImageDoesNothing() {
        assertThatCode(() -> store().delete(KEY)).doesNotThrowAnyException();
    }

    @Test
    void ofConcurrentWritersTheLatestImageIsStoredWhole() throws Exception {
        List<Callable<IndexEntry>> writers = IntStream.range(0, 24)
                .<Callable<IndexEntry>>mapToObj(i -> () -> put(NOON.plusMillis(i * 7 % 24)))
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            assertThat(threads.invokeAll(writers)).extracting(Future::get).doesNotContainNull();
        }

        assertHolds(NOON.plusMillis(23));
    }

    @Test
    void concurrentWritersOfEquallyOldImagesAreToldTheSameOne() throws Exception {
        List<Callable<IndexEntry>> writers = IntStream.rangeClosed(1, 16)
                .<Callable<IndexEntry>>mapToObj(
                        bytes -> () -> store().put(entry(KEY, NOON, bytes), content(KEY, NOON, bytes)))
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<IndexEntry>> answers = threads.invokeAll(writers);
            IndexEntry standing = answers.getFirst().get();

            assertThat(answers).extracting(Future::get).containsOnly(standing);
            assertThat(store().find(KEY)).contains(standing);
        }
    }

    @Test
    void readDuringWritesReturnsAWholeImageWithItsEntry() throws Exception {
        put(NOON);
        CountDownLatch written = new CountDownLatch(1);

        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Integer> reader = threads.submit(() -> {
                int reads = 0;
                do {
                    StoredImage seen = store().read(KEY).orElseThrow();
                    assertThat(seen.content()).isEqualTo(imageOf(seen.entry().createdAt()));
                    reads++;
                } while (written.getCount() > 0);
                return reads;
            });
            try {
                IntStream.rangeClosed(1, 20).forEach(i -> put(NOON.plusMillis(i)));
            } finally {
                written.countDown();
            }
            assertThat(reader.get()).isPositive();
        }
    }

    private IndexEntry put(Instant createdAt) {
        byte[] content = imageOf(createdAt);
        return store().put(entry(KEY, createdAt, content.length), content);
    }

    private void assertHolds(Instant createdAt) {
        StoredImage stored = store().read(KEY).orElseThrow();
        assertThat(stored.entry().createdAt()).isEqualTo(createdAt);
        assertThat(store().find(KEY)).contains(stored.entry());
        assertThat(stored.content()).isEqualTo(imageOf(createdAt));
    }

    /** Images of different times have different lengths, so that mixed bytes and entries are noticed. */
    private static byte[] imageOf(Instant createdAt) {
        return content(
                KEY,
                createdAt,
                500 + Math.floorMod(createdAt.toEpochMilli() - NOON.toEpochMilli(), 90_000) * 31 % 9_000);
    }
}
