package dev.afterimage.pregeneration.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.Horizon;
import dev.afterimage.testing.Jobs;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JobCodecTest {

    private static final Horizon HORIZON =
            Horizon.ofPlan(Instant.parse("2026-03-01T02:00:00.123Z"), Duration.ofDays(1));

    @Test
    void aJobWithoutAHorizonIsWrittenAsBeforeThereWereAny() {
        String line = JobCodec.encode(Jobs.ofBatch("b", 7));

        assertThat(line).doesNotContain("since", "until");
        assertThat(JobCodec.decode(line)).isEqualTo(Jobs.ofBatch("b", 7));
    }

    @Test
    void aHorizonIsKept() {
        Job planned = Jobs.planned(1, HORIZON);

        assertThat(JobCodec.decode(JobCodec.encode(planned))).isEqualTo(planned);
    }
}
