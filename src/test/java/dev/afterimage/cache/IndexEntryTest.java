package dev.afterimage.cache;

import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.afterimage.cache.IndexEntry.Freshness;
import dev.afterimage.image.ImageFormat;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long an entry may be used. */
class IndexEntryTest {

    private static final Instant CREATED = Instant.parse("2026-11-05T10:00:00Z");
    private static final Instant FRESH_UNTIL = CREATED.plusSeconds(60);
    private static final Instant STALE_UNTIL = CREATED.plusSeconds(600);
    private static final IndexEntry ENTRY =
            new IndexEntry(key(1), ImageFormat.PNG, 10, CREATED, FRESH_UNTIL, STALE_UNTIL);

    @Test
    void entryIsFreshBeforeFreshUntil() {
        assertThat(ENTRY.freshness(FRESH_UNTIL.minusMillis(1))).isEqualTo(Freshness.FRESH);
        assertThat(ENTRY.isFresh(FRESH_UNTIL.minusMillis(1))).isTrue();
    }

    @Test
    void entryIsStaleFromFreshUntil() {
        assertThat(ENTRY.freshness(FRESH_UNTIL)).isEqualTo(Freshness.STALE);
        assertThat(ENTRY.freshness(STALE_UNTIL.minusMillis(1))).isEqualTo(Freshness.STALE);
        assertThat(ENTRY.isFresh(FRESH_UNTIL)).isFalse();
    }

    @Test
    void entryIsExpiredFromStaleUntil() {
        assertThat(ENTRY.freshness(STALE_UNTIL)).isEqualTo(Freshness.EXPIRED);
    }

    @Test
    void staleForCountsFromTheEndOfItsFreshTime() {
        assertThat(ENTRY.staleFor(CREATED)).isZero();
        assertThat(ENTRY.staleFor(FRESH_UNTIL.plusSeconds(7))).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void withoutStaleTimeItExpiresAtOnce() {
        IndexEntry entry = new IndexEntry(key(1), ImageFormat.PNG, 10, CREATED, FRESH_UNTIL, FRESH_UNTIL);

        assertThat(entry.freshness(FRESH_UNTIL)).isEqualTo(Freshness.EXPIRED);
    }

    @Test
    void anEmptyImageIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IndexEntry(key(1), ImageFormat.PNG, 0, CREATED, FRESH_UNTIL, STALE_UNTIL));
    }

    @Test
    void aStaleTimeThatEndsBeforeTheFreshTimeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new IndexEntry(key(1), ImageFormat.PNG, 10, CREATED, FRESH_UNTIL, FRESH_UNTIL.minusMillis(1)));
    }
}
