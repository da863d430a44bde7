package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.testing.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ExpiryWindowTest {

    @Property
    void aUrlIsValidForMoreThanTheTtlAndAtMostTwiceThat(
            @ForAll @IntRange(min = 1, max = 604_800) int ttl,
            @ForAll @LongRange(max = 4_102_444_800_000L) long millis) {
        Instant now = Instant.ofEpochMilli(millis);
        Duration validity = Duration.between(now, window(ttl, now).expiry());
        assertThat(validity).isGreaterThan(Duration.ofSeconds(ttl)).isLessThanOrEqualTo(Duration.ofSeconds(2L * ttl));
    }

    @Property
    void everyMomentOfAWindowHasTheSameExpiryAndTheNextWindowALaterOne(
            @ForAll @IntRange(min = 1, max = 604_800) int ttl,
            @ForAll @LongRange(max = 100_000) long number,
            @ForAll @LongRange(max = 604_799_999) long somewhere) {
        Instant start = Instant.ofEpochSecond(number * ttl);
        Instant within = start.plusMillis(somewhere % (ttl * 1000L));
        Instant expiry = window(ttl, start).expiry();
        assertThat(window(ttl, within).expiry()).isEqualTo(expiry);
        assertThat(window(ttl, start.plusSeconds(ttl)).expiry()).isEqualTo(expiry.plusSeconds(ttl));
    }

    @Test
    void expiryIsConstantUntilTheWindowEnds() {
        MutableClock clock = new MutableClock(Instant.parse("2025-03-01T10:59:59.999Z"));
        ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), clock);
        assertThat(window.expiry()).isEqualTo("2025-03-01T12:00:00Z");
        clock.advance(Duration.ofMillis(1));
        assertThat(window.expiry()).isEqualTo("2025-03-01T13:00:00Z");
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
