package dev.afterimage.pregeneration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What everything does that keeps checkpoints. */
public abstract class CheckpointsContract {

    protected static final Checkpoint CHECKPOINT =
            new Checkpoint("01jqvcx7h5m0a2b3c4d5e6f7g8", "12-34", 500, new Checkpoint.Counts(1, 2, 3, 4));
    private static final Checkpoint LATER =
            new Checkpoint("01jqvcx7h5m0a2b3c4d5e6f7g8", "12-34", 900, new Checkpoint.Counts(5, 6, 7, 8));

    /** The checkpoints under test as another process would open them, each time. */
    protected abstract Checkpoints checkpoints();

    @Test
    void aCheckpointSurvivesARestartUntilItIsRemoved() {
        assertThat(checkpoints().find("../cards of 2026")).isEmpty();
        checkpoints().save("../cards of 2026", CHECKPOINT);
        assertThat(checkpoints().find("../cards of 2026")).contains(CHECKPOINT);
        assertThat(checkpoints().find("cards")).isEmpty();

        checkpoints().remove("../cards of 2026");
        checkpoints().remove("../cards of 2026");
        assertThat(checkpoints().find("../cards of 2026")).isEmpty();
    }

    @Test
    void aLaterCheckpointReplacesAFormerOne() {
        checkpoints().save("cards", CHECKPOINT);
        checkpoints().save("cards", LATER);

        assertThat(checkpoints().find("cards")).contains(LATER);
    }
}
