package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.PendingKeys.Mark;
import dev.afterimage.testing.MemoryPendingKeys;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FallbackPendingKeysTest {

    private static final ImageKey KEY = new ImageKey("3fa0".repeat(16));

    private final MutableClock clock = MutableClock.atSomeTime();
    private final AtomicInteger fallbacks = new AtomicInteger();
    private final MemoryPendingKeys fleet = new MemoryPendingKeys();
    private final PendingKeys marks = new FallbackPendingKeys(fleet, clock::nanoTime, fallbacks::incrementAndGet);

    @Test
    void fleetsPendingKeysAreUsedWhileTheyAnswer() {
        marks.intend(KEY);
        marks.confirm(KEY);

        assertThat(fleet.of(KEY)).isEqualTo(Mark.CONFIRMED);
        assertThat(marks.of(KEY)).isEqualTo(Mark.CONFIRMED);
        fleet.clear(KEY);
        assertThat(marks.of(KEY)).isEqualTo(Mark.NONE);
        assertThat(fallbacks).hasValue(0);
    }

    @Test
    void keyIsMarkedLocallyWhileTheFleetsAreUnavailable() {
        fleet.lose(true);

        assertThat(marks.of(KEY)).isEqualTo(Mark.NONE);
        marks.intend(KEY);
        assertThat(marks.of(KEY)).isEqualTo(Mark.INTENDED);
        marks.confirm(KEY);
        assertThat(marks.of(KEY)).isEqualTo(Mark.CONFIRMED);
        assertThat(fallbacks).hasValue(1);
    }

    /** A bug: the job had ended at another instance, and this one answered 202 for minutes without queuing anything. */
    @Test
    void localMarkIsOnlyIntendedWhenTheFleetsAreBack() {
        fleet.lose(true);
        marks.intend(KEY);
        marks.confirm(KEY);
        fleet.lose(false);

        assertThat(marks.of(KEY)).isEqualTo(Mark.INTENDED);
        marks.intend(KEY);
        marks.confirm(KEY);
        assertThat(fleet.of(KEY)).isEqualTo(Mark.CONFIRMED);
        fleet.clear(KEY);
        assertThat(marks.of(KEY)).isEqualTo(Mark.NONE);
    }

    @Test
    void localMarkIsClearedWithTheFleets() {
        fleet.lose(true);
        marks.intend(KEY);
        fleet.lose(false);
        marks.clear(KEY);

        assertThat(marks.of(KEY)).isEqualTo(Mark.NONE);
    }

    @Test
    void markLostBeforeItsConfirmationIsConfirmedLocally() {
        marks.intend(KEY);
        fleet.lose(true);
        marks.confirm(KEY);

        assertThat(marks.of(KEY)).isEqualTo(Mark.CONFIRMED);
    }

    @Test
    void localMarksExpireBecauseOtherProcessesCannotClearThem() {
        fleet.lose(true);
        marks.intend(KEY);
        marks.confirm(KEY);
        clock.advance(Duration.ofMinutes(10));

        assertThat(marks.of(KEY)).isEqualTo(Mark.NONE);
    }

    @Test
    void failureToClearAMarkIsThrownSoThatTheJobIsRedelivered() {
        fleet.lose(true);

        assertThatThrownBy(() -> marks.clear(KEY)).isInstanceOf(QueueUnavailableException.class);
    }
}
