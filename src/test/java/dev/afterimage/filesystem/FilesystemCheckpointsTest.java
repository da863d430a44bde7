package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.pregeneration.plan.Checkpoints;
import dev.afterimage.pregeneration.plan.CheckpointsContract;
import dev.afterimage.testing.MutableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemCheckpointsTest extends CheckpointsContract {

    @TempDir
    private Path folder;

    @Override
    protected Checkpoints checkpoints() {
        return new FilesystemCheckpoints(
                new DataDirectory(folder, new MutableClock(Instant.parse("2026-03-01T00:00:00Z"))));
    }

    @Test
    void aDamagedOneIsNone() throws Exception {
        checkpoints().save("a", CHECKPOINT);
        Files.writeString(folder.resolve("checkpoints/61"), "1\nrun\n");

        assertThat(checkpoints().find("a")).isEmpty();
    }
}
