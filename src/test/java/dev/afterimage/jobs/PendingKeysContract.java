package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PendingKeys}. */
public abstract class PendingKeysContract {

    protected static final ImageKey KEY = new ImageKey("3fa0".repeat(16));
    private static final ImageKey OTHER = new ImageKey("3fa1".repeat(16));

    /** A new instance over the same data, as another process would open it. */
    protected abstract PendingKeys marks();

    protected abstract void pass(Duration time);

    @Test
    void aMarkIsIntendedThenConfirmedThenCleared() {
        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.NONE);
        marks().intend(KEY);
        marks().intend(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.INTENDED);
        marks().confirm(KEY);
        marks().intend(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.CONFIRMED);
        assertThat(marks().of(OTHER)).isEqualTo(PendingKeys.Mark.NONE);
        marks().clear(KEY);
        marks().clear(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.NONE);
    }

    @Test
    void markClearedMeanwhileIsNotConfirmed() {
        marks().intend(KEY);
        marks().clear(KEY);
        marks().confirm(KEY);

        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.NONE);
    }

    @Test
    void aMarkOutlivesTheWaitForNextMonthsCredits() {
        marks().intend(KEY);
        // A job that waits is put back every 15 minutes or so, and its mark confirmed.
        for (int day = 0; day < 31; day++) {
            marks().confirm(KEY);
            pass(Duration.ofDays(1));
        }

        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.CONFIRMED);
    }

    @Test
    void markThatIsNeverClearedExpires() {
        marks().intend(KEY);
        marks().intend(OTHER);
        marks().confirm(KEY);
        pass(Duration.ofDays(60));

        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.NONE);
        assertThat(marks().of(OTHER)).isEqualTo(PendingKeys.Mark.NONE);
    }

    @Test
    void expiredMarkCanBeIntendedAgain() {
        marks().intend(KEY);
        marks().confirm(KEY);
        marks().intend(OTHER);
        pass(Duration.ofDays(60));

        for (ImageKey key : new ImageKey[] {KEY, OTHER}) {
            marks().intend(key);
            assertThat(marks().of(key)).isEqualTo(PendingKeys.Mark.INTENDED);
            marks().confirm(key);
            assertThat(marks().of(key)).isEqualTo(PendingKeys.Mark.CONFIRMED);
        }
    }
}
