package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Caller;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MemoryPendingKeys;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QueuedBacklogTest {

    private static final Job.Image JOB = Jobs.interactive(1);

    private final MutableClock clock = MutableClock.atSomeTime();
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final MemoryPendingKeys marks = new MemoryPendingKeys();
    private final QueuedBacklog backlog = new QueuedBacklog(queue, marks, new TimeOrderedIds(clock, new Random(1)));

    private void accept() {
        backlog.accept(JOB.key(), JOB.request(), Caller.SERVICE, Duration.ZERO);
    }

    @Test
    void aKeyIsPendingOnceItsJobIsOnTheQueueAndIsNotPutThereAgain() {
        accept();
        accept();

        assertThat(backlog.contains(JOB.key())).isTrue();
        assertThat(queue.status().interactive()).isEqualTo(1);
    }

    @Test
    void refreshIsQueuedOnceAndNotBesideAnAcceptedJob() {
        backlog.refresh(JOB.key(), JOB.request());
        backlog.refresh(JOB.key(), JOB.request());

        assertThat(queue.status().bulk()).isEqualTo(1);
        assertThat(backlog.contains(JOB.key())).isFalse();

        Job.Image other = Jobs.interactive(2);
        backlog.accept(other.key(), other.request(), Caller.SERVICE, Duration.ZERO);
        backlog.refresh(other.key(), other.request());
        assertThat(queue.status().bulk()).isEqualTo(1);
    }

    /** A bug: the caller's image once waited behind all of a catalogue. */
    @Test
    void callerDoesNotWaitInTheLaneOfARefresh() {
        backlog.refresh(JOB.key(), JOB.request());
        accept();

        assertThat(queue.status().interactive()).isEqualTo(1);
        assertThat(backlog.contains(JOB.key())).isTrue();
    }

    /** A bug: its mark once said "pending" for 40 days. */
    @Test
    void aKeyWhoseJobTheQueueDoesNotTakeIsNotPending() {
        queue.takeOnly(job -> false);
        assertThatThrownBy(this::accept).isInstanceOf(QueueUnavailableException.class);
        assertThat(backlog.contains(JOB.key())).isFalse();

        queue.takeOnly(job -> true);
        accept();
        assertThat(backlog.contains(JOB.key())).isTrue();
    }

    @Test
    void queueFailureIsThrownEvenWhenTheMarkCannotBeCleared() {
        queue.takeOnly(job -> false);
        marks.breakFor(JOB.key());
        assertThatThrownBy(this::accept)
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessage("not taken")
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    }
}
