package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqsJobTest {

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0",
        "PT-5S, 0",
        "PT0.2S, 1",
        "PT90S, 90",
        "PT90.001S, 91",
        "PT15M, 900",
        "PT15M1S, 900",
        "P40D, 900"
    })
    void delayIsRoundedUpAndALongOneIsSplit(Duration delay, int seconds) {
        Instant now = clock.instant();

        assertThat(new SqsJob(Jobs.bulk(1), 0, now.plus(delay)).delaySeconds(clock))
                .isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource({"0", "7"})
    void encodedJobIsDecodedAgain(int attempts) {
        SqsJob job = new SqsJob(Jobs.bulk(1), attempts, clock.instant().plusSeconds(7));
        Map<String, String> texts = job.attributes().entrySet().stream()
                .collect(java.util.stream.Collectors.toMap(
                        Map.Entry::getKey, e -> e.getValue().stringValue()));

        assertThat(SqsJob.read(job.body(), texts, clock)).contains(job);
    }
}
