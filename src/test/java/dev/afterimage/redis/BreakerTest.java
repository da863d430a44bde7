package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private static final Duration REST = Duration.ofSeconds(1);

    private final MutableClock clock = new MutableClock();
    private final RedisLink.Breaker breaker = new RedisLink.Breaker(3, REST, clock::nanoTime);

    private void fail(int times) {
        for (int failure = 0; failure < times; failure++) {
            breaker.failed();
        }
    }

    @Test
    void tooFewFailuresDoNotOpenTheBreaker() {
        fail(2);

        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void suspicionLastsFromAFailureUntilASuccessOrARest() {
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
    void successResetsTheCountOfFailures() {
        fail(2);
        breaker.succeeded();
        fail(2);

        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void openBreakerLetsNothingPassDuringItsRest() {
        fail(3);

        assertThat(breaker.allows()).isFalse();
        clock.advance(REST.minusNanos(1));
        assertThat(breaker.allows()).isFalse();
    }

    @Test
    void afterTheRestOneProbeIsLetThrough() {
        fail(3);
        clock.advance(REST);

        assertThat(breaker.allows()).isTrue();
        assertThat(breaker.allows()).isFalse();
    }

    @Test
    void failedProbeBeginsAnotherRest() {
        fail(3);
        clock.advance(REST);
        breaker.allows();
        breaker.failed();

        assertThat(breaker.allows()).isFalse();
        clock.advance(REST);
        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void probeThatNeverEndsIsFollowedByAnotherAfterTheNextRest() {
        fail(3);
        clock.advance(REST);
        breaker.allows();
        clock.advance(REST);

        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void successfulProbeClosesTheBreaker() {
        fail(3);
        clock.advance(REST);
        breaker.allows();
        breaker.succeeded();

        assertThat(breaker.allows()).isTrue();
        assertThat(breaker.allows()).isTrue();
    }
}
