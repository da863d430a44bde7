package dev.afterimage.local;

import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.jobs.PendingKeysContract;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqlitePendingKeysTest extends PendingKeysContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    private final MutableClock clock = MutableClock.atSomeTime();

    @Override
    protected PendingKeys marks() {
        return new SqlitePendingKeys(database.get(), clock);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }
}
