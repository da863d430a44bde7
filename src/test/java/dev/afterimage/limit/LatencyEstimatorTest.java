package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyEstimatorTest {

    private final LatencyEstimator latency = new LatencyEstimator();

    private void learn(int times, Duration taken) {
        for (int call = 0; call < times; call++) {
            latency.learn(taken);
        }
    }

    @Test
    void noEstimateBeforeTheFirstCall() {
        assertThat(latency.expected()).isZero();
    }

    @Test
    void estimateAfterOneCallIsTwiceItsTime() {
        learn(1, Duration.ofMillis(200));

        assertThat(latency.expected()).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void estimateOfSteadyCallsIsTheirTime() {
        learn(50, Duration.ofMillis(200));

        assertThat(latency.expected()).isBetween(Duration.ofMillis(200), Duration.ofMillis(201));
    }

    @Test
    void estimateFollowsAProviderThatBecameSlow() {
        learn(50, Duration.ofMillis(200));
        learn(20, Duration.ofSeconds(2));

        assertThat(latency.expected()).isGreaterThan(Duration.ofMillis(1800));
    }

    @Test
    void mostOfVaryingCallsEndWithinWhatIsExpected() {
        Random random = new Random(1);
        int within = 0;
        for (int call = 0; call < 1000; call++) {
            Duration taken = Duration.ofNanos((long) (1e8 + 1e8 * random.nextDouble()));
            within += taken.compareTo(latency.expected()) <= 0 ? 1 : 0;
            latency.learn(taken);
        }

        assertThat(within).isGreaterThan(900);
    }
}
