package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.pregeneration.queue.PendingMarks;
import dev.afterimage.testing.MutableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemPendingMarksTest {

    private static final ImageKey KEY = new ImageKey("3fa0".repeat(16));

    @TempDir
    private Path folder;

    private final MutableClock clock = new MutableClock(Instant.now());

    private PendingMarks marks() {
        return new FilesystemPendingMarks(new DataDirectory(folder, clock), clock);
    }

    @Test
    void aMarkIsIntendedThenConfirmedThenCleared() {
        assertThat(marks().of(KEY)).isEqualTo(PendingMarks.Mark.NONE);
        marks().intend(KEY);
        marks().intend(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingMarks.Mark.INTENDED);
        marks().confirm(KEY);
        marks().intend(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingMarks.Mark.CONFIRMED);
        marks().clear(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingMarks.Mark.NONE);
    }

    @Test
    void whatWasClearedMeanwhileIsNotConfirmed() {
        marks().intend(KEY);
        marks().clear(KEY);
        marks().confirm(KEY);

        assertThat(marks().of(KEY)).isEqualTo(PendingMarks.Mark.NONE);
    }

    @Test
    void aMarkThatNobodyClearsVanishes() {
        marks().intend(KEY);
        marks().confirm(KEY);
        clock.advance(FilesystemPendingMarks.LONGEST.plus(Duration.ofMinutes(1)));

        assertThat(marks().of(KEY)).isEqualTo(PendingMarks.Mark.NONE);
        marks().intend(KEY);
        marks().confirm(KEY);
    }
}
