package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private static final Duration REST = Duration.ofSeconds(1);

    private final MutableClock clock = new MutableClock();
    private final Breaker breaker = new Breaker(3, REST, clock::nanoTime);

    private void fail(int times) {
        for (int failure = 0; failure < times; failure++) {
            breaker.failed();
        }
    }

    @Test
    void fewFailuresCloseNothing() {
        fail(2);

        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void itIsInDoubtAfterAFailureUntilASuccessOrARest() {
        assertThat(breaker.isInDoubt()).isFalse();
        fail(1);
        assertThat(breaker.isInDoubt()).isTrue();
        fail(2);
        assertThat(breaker.isInDoubt())
                .as("who tries after a rest is given all the time")
                .isFalse();
        breaker.succeeded();
        assertThat(breaker.isInDoubt()).isFalse();
    }

    @Test
    void onlyFailuresInARowCount() {
        fail(2);
        breaker.succeeded();
        fail(2);

        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void afterEnoughFailuresNothingPassesDuringTheRest() {
        fail(3);

        assertThat(breaker.lets()).isFalse();
        clock.advance(REST.minusNanos(1));
        assertThat(breaker.lets()).isFalse();
    }

    @Test
    void afterTheRestOneTries() {
        fail(3);
        clock.advance(REST);

        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.lets()).isFalse();
    }

    @Test
    void whenTheTryFailsTheNextRestGoesOn() {
        fail(3);
        clock.advance(REST);
        breaker.lets();
        breaker.failed();

        assertThat(breaker.lets()).isFalse();
        clock.advance(REST);
        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void whenTheTryNeverEndsAnotherTriesAfterTheNextRest() {
        fail(3);
        clock.advance(REST);
        breaker.lets();
        clock.advance(REST);

        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void whenTheTrySucceedsEverythingPasses() {
        fail(3);
        clock.advance(REST);
        breaker.lets();
        breaker.succeeded();

        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.lets()).isTrue();
    }
}
