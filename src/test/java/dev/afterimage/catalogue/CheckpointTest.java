package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.jobs.NewerFormatException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CheckpointTest {

    private static final String TEXT = Checkpoint.beginning("run", Instant.parse("2026-03-01T00:00:00Z"), "12-34")
            .encode();

    /** An older version would plan from the beginning, and write over what a newer one knows. */
    @Test
    void checkpointOfANewerFormatIsRefusedAndADamagedOrOlderOneIgnored() {
        assertThat(Checkpoint.decode(TEXT)).isPresent();
        assertThat(Checkpoint.decode("1" + TEXT.substring(1))).isEmpty();
        assertThat(Checkpoint.decode("")).isEmpty();
        assertThat(Checkpoint.decode("99999999999")).isEmpty();
        assertThatThrownBy(() -> Checkpoint.decode("3" + TEXT.substring(1))).isInstanceOf(NewerFormatException.class);
    }
}
