package dev.afterimage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MapIndex;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestPictures;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearIndexTest {

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final ImageKey KEY = TestPictures.key(1);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final MapIndex far = new MapIndex();
    private final NearIndex index = new NearIndex(far, TTL, 10, () -> clock.millis() * 1_000_000);
    private final IndexEntry entry = TestPictures.entry(KEY, clock.instant(), 1);

    @Test
    void aHotEntryCostsNoSecondRoundTrip() {
        far.put(entry);
        find();
        far.down(true);
        assertThat(find()).contains(entry);
    }

    @Test
    void whatAnotherProcessDeletedIsSeenAfterTheTtl() {
        far.put(entry);
        find();
        far.remove(KEY);
        assertThat(find()).contains(entry);
        clock.advance(TTL);
        assertThat(find()).isEmpty();
    }

    @Test
    void whatThisProcessDeletedIsGoneAtOnce() {
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

    private Optional<IndexEntry> find() {
        return index.find(KEY).toCompletableFuture().join();
    }
}
