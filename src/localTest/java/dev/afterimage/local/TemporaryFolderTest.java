package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.local.DataDirectory.TemporaryFolder;
import dev.afterimage.testing.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What killed processes leave in the temporary folder. */
class TemporaryFolderTest {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");

    @TempDir
    Path root;

    private final MutableClock clock = new MutableClock(NOON);

    @Test
    void firstWriteRemovesFilesUntouchedForAnHour() throws IOException {
        Path abandoned =
                leave("abandoned", NOON.minus(TemporaryFolder.ABANDONED_AFTER).minusMillis(1));
        Path inUse = leave("in-use", NOON.minus(TemporaryFolder.ABANDONED_AFTER));

        new TemporaryFolder(root, clock).newName();

        assertThat(abandoned).doesNotExist();
        assertThat(inUse).exists();
    }

    @Test
    void nextCleanUpIsAnHourLater() throws IOException {
        TemporaryFolder folder = new TemporaryFolder(root, clock);
        folder.newName();
        Path abandoned = leave("abandoned", NOON.minus(Duration.ofDays(1)));

        clock.advance(TemporaryFolder.ABANDONED_AFTER.minusMillis(1));
        folder.newName();
        assertThat(abandoned).exists();

        clock.advance(Duration.ofMillis(1));
        folder.newName();
        assertThat(abandoned).doesNotExist();
    }

    @Test
    void namesAreUnique() throws IOException {
        TemporaryFolder folder = new TemporaryFolder(root, clock);

        assertThat(folder.newName()).isNotEqualTo(folder.newName());
    }

    private Path leave(String name, Instant touched) throws IOException {
        Path file = Files.writeString(root.resolve(name), "half an image");
        return Files.setLastModifiedTime(file, FileTime.from(touched));
    }
}
