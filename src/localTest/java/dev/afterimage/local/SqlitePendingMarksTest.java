package dev.afterimage.local;

import dev.afterimage.pregeneration.queue.PendingMarks;
import dev.afterimage.pregeneration.queue.PendingMarksContract;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqlitePendingMarksTest extends PendingMarksContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    private final MutableClock clock = MutableClock.atSomeTime();

    @Override
    protected PendingMarks marks() {
        return new SqlitePendingMarks(database.get(), clock);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }
}
