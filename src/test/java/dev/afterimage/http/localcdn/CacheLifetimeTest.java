package dev.afterimage.http.localcdn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.testing.TestImages;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CacheLifetimeTest {

    private static final Instant NOW = Instant.parse("2025-03-01T10:00:00Z");
    private static final IndexEntry FRESH_FOR_A_DAY = TestImages.entry(TestImages.key(1), NOW, 64);

    @Test
    void anImageIsKeptUntilItsUrlExpires() {
        assertThat(CacheLifetime.of(FRESH_FOR_A_DAY, NOW.plusSeconds(5400), NOW))
                .isEqualTo("public, max-age=5400, immutable");
    }

    @Test
    void anImageIsKeptUntilItCeasesToBeFresh() {
        assertThat(CacheLifetime.of(FRESH_FOR_A_DAY, NOW.plus(Duration.ofDays(2)), NOW.plusSeconds(400)))
                .isEqualTo("public, max-age=86000, immutable");
    }

    @Test
    void aStaleImageIsAskedForAgain() {
        assertThat(CacheLifetime.of(FRESH_FOR_A_DAY, NOW.plus(Duration.ofDays(4)), NOW.plus(Duration.ofDays(3))))
                .isEqualTo("public, max-age=0, immutable");
    }

    @Test
    void nothingIsKeptForLongerThanAYear() {
        IndexEntry forEver = new IndexEntry(
                FRESH_FOR_A_DAY.key(),
                FRESH_FOR_A_DAY.format(),
                64,
                NOW,
                NOW.plus(Duration.ofDays(1000)),
                NOW.plus(Duration.ofDays(1000)));
        assertThat(CacheLifetime.of(forEver, NOW.plus(Duration.ofDays(900)), NOW))
                .isEqualTo("public, max-age=31536000, immutable");
    }
}
