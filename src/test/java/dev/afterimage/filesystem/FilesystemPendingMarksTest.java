package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.queue.PendingMarks;
import dev.afterimage.pregeneration.queue.PendingMarksContract;
import dev.afterimage.testing.MutableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;

class FilesystemPendingMarksTest extends PendingMarksContract {

    @TempDir
    private Path folder;

    private final MutableClock clock = new MutableClock(Instant.now());

    @Override
    protected PendingMarks marks() {
        return new FilesystemPendingMarks(new DataDirectory(folder, clock), clock);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }
}
