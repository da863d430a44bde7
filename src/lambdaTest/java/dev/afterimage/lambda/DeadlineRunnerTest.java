package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.testing.CallersThread;
import dev.afterimage.time.Deadline;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeadlineRunnerTest {

    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
    private static final Deadline LATER = new Deadline(NOW.plusSeconds(30));

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final DeadlineRunner deadlines = new DeadlineRunner(new Starting(), Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void workThatEndsInTimeGivesItsResult() throws Exception {
        String result = deadlines.call(
                () -> {
                    started.countDown();
                    return "done";
                },
                LATER);

        assertThat(result).isEqualTo("done");
    }

    @Test
    void workThatFailsFailsWithItsOwnReason() {
        assertThatThrownBy(() -> deadlines.call(
                        () -> {
                            started.countDown();
                            throw new IllegalArgumentException("its own");
                        },
                        LATER))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("its own");
    }

    @Test
    void workIsInterruptedWhenItsTimeIsUp() throws InterruptedException {
        assertThatThrownBy(() -> deadlines.call(this::blockUntilInterrupted, new Deadline(NOW)))
                .isInstanceOf(TimeoutException.class);

        interrupted.await();
    }

    private String blockUntilInterrupted() {
        started.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return "late";
    }

    /** Runs each task on a thread of its own, which has started when {@link #execute} returns. */
    private final class Starting extends CallersThread {

        @Override
        public void execute(Runnable task) {
            Thread.ofVirtual().start(task);
            try {
                started.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
