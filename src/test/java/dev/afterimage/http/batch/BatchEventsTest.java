package dev.afterimage.http.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.limit.Caller;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.time.Pause;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchEventsTest {

    private static final String BATCH = "b1";

    private final MutableClock clock = MutableClock.atSomeTime();
    private final BatchLedger ledger = new MemoryBatchLedger(clock);

    @Test
    void runningBatchIsOneEventWhereResponsesAreBuffered() {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());

        assertThat(told(false)).extracting(BatchBody::id).containsExactly(BATCH);
    }

    @Test
    void streamedBatchIsFollowedToItsEnd() {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        FakePause time = new FakePause(clock);
        Pause untilItIsCancelled = duration -> {
            time.await(duration);
            if (time.waits().size() == 3) {
                ledger.cancel(BATCH);
            }
        };

        assertThat(told(true, untilItIsCancelled)).hasSize(4);
    }

    /** Reads nothing until the batch has ended. */
    @Test
    void aSlowWatcherMissesEventsButNotTheLast() {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        FakePause time = new FakePause(clock);
        Pause untilItIsCancelled = duration -> {
            time.await(duration);
            if (time.waits().size() == 100) {
                ledger.cancel(BATCH);
            }
        };
        AssertSubscriber<BatchBody> slow =
                events(true, untilItIsCancelled).subscribe().withSubscriber(AssertSubscriber.create(0));

        slow.assertNotTerminated().request(Long.MAX_VALUE).assertCompleted();

        assertThat(slow.getItems()).extracting(BatchBody::state).containsExactly("cancelled");
    }

    private List<BatchBody> told(boolean follow) {
        return told(follow, new FakePause(clock));
    }

    private List<BatchBody> told(boolean follow, Pause pause) {
        return events(follow, pause).collect().asList().await().indefinitely();
    }

    private Multi<BatchBody> events(boolean follow, Pause pause) {
        return new BatchEvents(() -> follow, ledger, clock, pause, new CallersThread()).of(BATCH);
    }
}
