package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.pregeneration.plan.Checkpoint;
import dev.afterimage.pregeneration.plan.Checkpoints;
import dev.afterimage.testing.MutableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemCheckpointsTest {

    private static final Checkpoint CHECKPOINT =
            new Checkpoint("01jqvcx7h5m0a2b3c4d5e6f7g8", "12-34", 500, new Checkpoint.Counts(1, 2, 3, 4));

    @TempDir
    private Path folder;

    private Checkpoints checkpoints() {
        return new FilesystemCheckpoints(
                new DataDirectory(folder, new MutableClock(Instant.parse("2026-03-01T00:00:00Z"))));
    }

    @Test
    void aCheckpointSurvivesARestartUntilItIsRemoved() {
        assertThat(checkpoints().find("../cards of 2026")).isEmpty();
        checkpoints().save("../cards of 2026", CHECKPOINT);
        assertThat(checkpoints().find("../cards of 2026")).contains(CHECKPOINT);
        assertThat(checkpoints().find("cards")).isEmpty();

        checkpoints().remove("../cards of 2026");
        assertThat(checkpoints().find("../cards of 2026")).isEmpty();
    }

    @Test
    void aDamagedOneIsNone() throws Exception {
        checkpoints().save("a", CHECKPOINT);
        Files.writeString(folder.resolve("checkpoints/61"), "1\nrun\n");

        assertThat(checkpoints().find("a")).isEmpty();
    }
}
