package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The contract of every {@link Checkpoints}. */
public abstract class CheckpointsContract {

    protected static final Checkpoint CHECKPOINT = Checkpoint.beginning(
                    "01jqvcx7h5m0a2b3c4d5e6f7g8", Instant.parse("2026-03-01T00:00:00.123Z"), "12-34")
            .reaching(500, new Checkpoint.Counts(1, 2, 3, 4));
    private static final Checkpoint LATER =
            CHECKPOINT.reaching(900, new Checkpoint.Counts(5, 6, 7, 8)).completed();

    /** A new instance over the same data, as another process would open it. */
    protected abstract Checkpoints checkpoints();

    @Test
    void aCheckpointSurvivesARestart() {
        assertThat(checkpoints().find("../cards of 2026")).isEmpty();
        checkpoints().save("../cards of 2026", CHECKPOINT);
        assertThat(checkpoints().find("../cards of 2026")).contains(CHECKPOINT);
        assertThat(checkpoints().find("cards")).isEmpty();
    }

    @Test
    void aLaterCheckpointReplacesAFormerOne() {
        checkpoints().save("cards", CHECKPOINT);
        checkpoints().save("cards", LATER);

        assertThat(checkpoints().find("cards")).contains(LATER);
    }
}
