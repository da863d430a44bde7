package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.redis.ServerTime.Difference;
import org.junit.jupiter.api.Test;

class ServerTimeTest {

    private static final long MILLI = 1_000_000;
    private static final long SERVER = 1_700_000_000_000L * MILLI;

    private final ServerTime time = new ServerTime();

    @Test
    void clockDifferenceIsKnownUpToTheRoundTrip() {
        Difference known = time.learn(10 * MILLI, SERVER, 14 * MILLI);

        assertThat(known.earliest(SERVER)).isEqualTo(10 * MILLI);
        assertThat(known.latest(SERVER)).isEqualTo(14 * MILLI);
    }

    @Test
    void slowAnswerAfterAQuickOneKeepsTheEstimate() {
        time.learn(10 * MILLI, SERVER, 11 * MILLI);

        Difference known = time.learn(20 * MILLI, SERVER + 30 * MILLI, 120 * MILLI);

        assertThat(known.latest(SERVER) - known.earliest(SERVER)).isBetween(MILLI, 2 * MILLI);
        assertThat(known.earliest(SERVER)).isBetween(9 * MILLI, 10 * MILLI);
    }

    @Test
    void answersSlowInDifferentDirectionsNarrowTheEstimate() {
        time.learn(0, SERVER, 50 * MILLI);

        Difference known = time.learn(60 * MILLI, SERVER + 100 * MILLI, 101 * MILLI);

        assertThat(known.earliest(SERVER)).isBetween(-MILLI / 10, 0L);
        assertThat(known.latest(SERVER)).isEqualTo(MILLI);
    }

    @Test
    void jumpOfTheServersClockIsLearnt() {
        time.learn(10 * MILLI, SERVER, 11 * MILLI);

        Difference known = time.learn(20 * MILLI, SERVER + 5_000 * MILLI, 21 * MILLI);

        assertThat(known.earliest(SERVER + 5_000 * MILLI)).isEqualTo(20 * MILLI);
        assertThat(known.latest(SERVER + 5_000 * MILLI)).isEqualTo(21 * MILLI);
    }

    @Test
    void withTimeTheDifferenceIsLessCertain() {
        time.learn(0, SERVER, MILLI);

        Difference known = time.learn(10_000 * MILLI, SERVER + 10_000 * MILLI, 10_100 * MILLI);

        assertThat(known.latest(SERVER)).isEqualTo(MILLI + 10_100 * MILLI / 1000 - MILLI / 1000);
    }
}
