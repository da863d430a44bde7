package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.TestImages;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ExpiryWindowTest {

    private static final ImageKey KEY = TestImages.key(1);

    @Property
    void aUrlIsValidForMoreThanTheTtlAndAtMostTwiceThat(
            @ForAll @IntRange(min = 1, max = 604_800) int ttl,
            @ForAll @LongRange(max = 4_102_444_800_000L) long millis) {
        Instant now = Instant.ofEpochMilli(millis);
        Duration validity = Duration.between(now, window(ttl, now).expiryOf(KEY));
        assertThat(validity).isGreaterThan(Duration.ofSeconds(ttl)).isLessThanOrEqualTo(Duration.ofSeconds(2L * ttl));
    }

    @Property
    void everyMomentOfAWindowHasTheSameExpiryAndTheNextWindowALaterOne(
            @ForAll @IntRange(min = 1, max = 604_800) int ttl,
            @ForAll @LongRange(max = 4_102_444_800_000L) long millis,
            @ForAll @LongRange(max = 604_799_999) long somewhere) {
        Instant expiry = window(ttl, Instant.ofEpochMilli(millis)).expiryOf(KEY);
        Instant start = expiry.minusSeconds(2L * ttl);
        assertThat(window(ttl, start).expiryOf(KEY)).isEqualTo(expiry);
        assertThat(window(ttl, start.plusMillis(somewhere % (ttl * 1000L))).expiryOf(KEY))
                .isEqualTo(expiry);
        assertThat(window(ttl, start.plusSeconds(ttl)).expiryOf(KEY)).isEqualTo(expiry.plusSeconds(ttl));
    }

    @Test
    void imagesAreNotAllSignedAnewInTheSameSecond() {
        ExpiryWindow window = window(3600, Instant.parse("2025-03-01T10:00:00Z"));
        Set<Instant> expiries = IntStream.range(0, 1000)
                .mapToObj(number -> window.expiryOf(TestImages.key(number)))
                .collect(Collectors.toSet());
        assertThat(expiries).hasSizeGreaterThan(800);
    }

    @Test
    void ttlMustBePositiveWholeSeconds() {
        for (Duration ttl : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1), Duration.ofMillis(1500)}) {
            assertThatThrownBy(() -> new ExpiryWindow(ttl, Clock.systemUTC()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("url-ttl");
        }
    }

    private static ExpiryWindow window(int ttl, Instant now) {
        return new ExpiryWindow(Duration.ofSeconds(ttl), Clock.fixed(now, ZoneOffset.UTC));
    }
}
