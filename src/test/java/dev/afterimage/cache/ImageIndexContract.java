package dev.afterimage.cache;

import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract of every {@link ImageIndex}. */
public abstract class ImageIndexContract {

    /** The index under test, empty at the start of each test; the same one for the whole of a test. */
    protected abstract ImageIndex index();

    /** Whether it keeps URLs; an index of one process need not. */
    protected boolean keepsUrls() {
        return false;
    }

    /** The time by which the index forgets; whole milliseconds. */
    protected Instant now() {
        return Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    @Test
    void anUnknownKeyIsAbsent() {
        assertThat(find(key(1))).isEmpty();
    }

    @Test
    void putEntryIsFoundWithAllItsFields() {
        IndexEntry entry = new IndexEntry(
                key(1),
                ImageFormat.WEBP,
                48_213,
                now().minusMillis(1_001),
                now().plusMillis(60_002),
                now().plusMillis(90_003));

        await(index().put(entry));

        assertThat(find(key(1))).contains(entry);
    }

    @Test
    void anEntryIsFoundThroughoutItsStaleTime() {
        Instant now = now();
        IndexEntry stale = new IndexEntry(
                key(1),
                ImageFormat.PNG,
                10,
                now.minus(Duration.ofDays(2)),
                now.minus(Duration.ofDays(1)),
                now.plus(Duration.ofDays(6)));

        await(index().put(stale));

        assertThat(find(key(1))).contains(stale);
    }

    @Test
    void aLaterEntryReplacesAnOlderOne() {
        IndexEntry older = entry(key(1), now().minusSeconds(60), 10);
        IndexEntry later = entry(key(1), now(), 20);

        await(index().put(older));
        await(index().put(later));

        assertThat(find(key(1))).contains(later);
    }

    @Test
    void entriesOfDifferentKeysAreIndependent() {
        IndexEntry one = entry(key(0x10), now(), 10);
        IndexEntry neighbour = entry(key(0x11), now(), 20);

        await(index().put(one));
        await(index().put(neighbour));

        assertThat(find(key(0x10))).contains(one);
        assertThat(find(key(0x11))).contains(neighbour);
        assertThat(find(key(0x1))).isEmpty();
    }

    @Test
    void aRemovedEntryIsAbsentAndItsNeighbourIsNot() {
        await(index().put(entry(key(1), now(), 10)));
        await(index().put(entry(key(2), now(), 10)));

        await(index().remove(key(1)));

        assertThat(find(key(1))).isEmpty();
        assertThat(find(key(2))).isPresent();
    }

    @Test
    void aRemovedEntryCanBePutAgain() {
        IndexEntry entry = entry(key(1), now(), 10);
        await(index().put(entry));
        await(index().remove(key(1)));

        await(index().put(entry));

        assertThat(find(key(1))).contains(entry);
    }

    @Test
    void removingAnUnknownKeyDoesNothing() {
        assertThatCode(() -> await(index().remove(key(1)))).doesNotThrowAnyException();
    }

    @Test
    void aKeptUrlIsFoundBesideItsEntry() {
        IndexEntry entry = entry(key(1), now(), 10);
        await(index().put(entry));

        await(index().keepUrl(key(1), "marked https://cdn.example/1", now().plusSeconds(60)));

        assertThat(find(key(1))).contains(keepsUrls() ? entry.withKeptUrl("marked https://cdn.example/1") : entry);
    }

    @Test
    void aKeptUrlAloneIsNoEntry() {
        await(index().keepUrl(key(1), "https://cdn.example/1", now().plusSeconds(60)));

        assertThat(find(key(1))).isEmpty();
    }

    @Test
    void aUrlIsKeptUntilItsTimeHasCome() {
        IndexEntry entry = entry(key(1), now(), 10);
        await(index().put(entry));
        await(index().keepUrl(key(1), "https://cdn.example/1", now().plusSeconds(60)));

        await(index().keepUrl(key(1), "https://cdn.example/2", now().minusSeconds(1)));

        assertThat(find(key(1))).contains(entry);
    }

    @Test
    void aRemovalTakesTheKeptUrlAlong() {
        IndexEntry entry = entry(key(1), now(), 10);
        await(index().put(entry));
        await(index().keepUrl(key(1), "https://cdn.example/1", now().plusSeconds(60)));

        await(index().remove(key(1)));
        await(index().put(entry));

        assertThat(find(key(1))).contains(entry);
    }

    @Test
    void findAllReturnsTheKnownKeysOnly() {
        Map<ImageKey, IndexEntry> known =
                Stream.of(2, 3, 5).map(n -> entry(key(n), now(), n)).collect(Collectors.toMap(IndexEntry::key, e -> e));
        known.values().forEach(entry -> await(index().put(entry)));

        List<ImageKey> asked = Stream.of(1, 2, 3, 4, 5, 6).map(n -> key(n)).toList();

        assertThat(await(index().findAll(asked))).isEqualTo(known);
    }

    @Test
    void findAllOfNothingIsNothing() {
        await(index().put(entry(key(1), now(), 10)));

        assertThat(await(index().findAll(List.of()))).isEmpty();
    }

    @Test
    void findAllAcceptsADuplicateKey() {
        IndexEntry entry = entry(key(1), now(), 10);
        await(index().put(entry));

        assertThat(await(index().findAll(List.of(key(1), key(1))))).isEqualTo(Map.of(key(1), entry));
    }

    @Test
    void findAllAcceptsThousandsOfKeys() {
        List<ImageKey> keys = LongStream.range(0, 500).mapToObj(n -> spread(n)).toList();
        awaitAll(keys.stream().map(key -> index().put(entry(key, now(), 10))));

        assertThat(await(index().findAll(keys))).containsOnlyKeys(keys);
    }

    @Test
    void aKeyWrittenByManyAtOnceHoldsOneOfTheirEntries() {
        List<IndexEntry> entries = LongStream.rangeClosed(1, 50)
                .mapToObj(n -> entry(key(1), now().plusMillis(n), n))
                .toList();

        awaitAll(entries.stream().map(entry -> index().put(entry)));

        assertThat(entries).contains(find(key(1)).orElseThrow());
    }

    /** Keys that differ from the first digit on. */
    private static ImageKey spread(long n) {
        return new ImageKey(
                key(n).value().transform(hex -> new StringBuilder(hex).reverse().toString()));
    }

    private Optional<IndexEntry> find(ImageKey key) {
        return await(index().find(key));
    }

    private static void awaitAll(Stream<CompletionStage<Void>> stages) {
        await(CompletableFuture.allOf(
                stages.map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new)));
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
