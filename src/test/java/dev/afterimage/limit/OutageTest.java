package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutageTest {

    private static final long SETTLING = Duration.ofSeconds(1).toNanos();
    private static final long SHARE_AFTER = Duration.ofSeconds(6).toNanos();
    private static final OutageTimes TIMES = OutageTimes.of(Duration.ofMillis(1500));
    private static final long NOTICED_WITHIN = TIMES.noticedWithin().toNanos();
    private static final long APART = TIMES.apart().toNanos();
    private static final long START = Duration.ofHours(1).toNanos();

    private final Outage begun = Outage.begun(TIMES, START);

    @Test
    void theLongerTheLimiterIsLeftAloneTheLaterEverybodyKnows() {
        OutageTimes longer = OutageTimes.of(Duration.ofMillis(1500).plusSeconds(7));

        assertThat(longer.noticedWithin()).isEqualTo(TIMES.noticedWithin().plusSeconds(14));
        assertThat(longer.knownFor()).isEqualTo(TIMES.knownFor().plusSeconds(7));
        assertThat(longer.apart()).isEqualTo(TIMES.apart().plusSeconds(7));
    }

    @Test
    void aLimiterThatFailsAtOnceIsAskedNoMoreOftenForThat() {
        assertThat(OutageTimes.of(Duration.ZERO)).isEqualTo(TIMES);
    }

    @Test
    void whoAsksOftenEnoughSawTheWholeOutage() {
        Outage seen = begun.after(START + NOTICED_WITHIN - 1);

        assertThat(seen.untilShare(START, SHARE_AFTER)).isEqualTo(SHARE_AFTER);
    }

    /** So long that the limiter may have been found and lost again. */
    @Test
    void whoDidNotAskForAWhileWaitsForItsShareFromThenOn() {
        long asked = START + NOTICED_WITHIN;

        assertThat(begun.after(asked).untilShare(asked, SHARE_AFTER)).isEqualTo(SHARE_AFTER);
    }

    @Test
    void aQuestionInVainProvesAnOutageForOneAndAHalfSeconds() {
        long known = Duration.ofMillis(1500).toNanos();

        assertThat(begun.isCertainAt(START + known - 1)).isTrue();
        assertThat(begun.isCertainAt(START + known)).isFalse();
    }

    @Test
    void othersMayUseTheirSharesAsSoonAsTheyMayHaveLostTheLimiterThatLongAgo() {
        long enough = START + SHARE_AFTER - APART;
        Outage asked = begun.after(enough - 1);

        assertThat(asked.othersMayUseTheirShares(enough - 1, SETTLING, SHARE_AFTER))
                .isFalse();
        assertThat(asked.othersMayUseTheirShares(enough, SETTLING, SHARE_AFTER)).isTrue();
    }

    @Test
    void theSharesOfOthersCountNoMoreOnceTheyHadTheTimeToFindTheLimiterAndToSettle() {
        long lastAsked = START + SHARE_AFTER;
        Outage asked = begun.after(lastAsked);
        long settled = lastAsked + NOTICED_WITHIN + SETTLING;

        assertThat(asked.othersMayUseTheirShares(settled - 1, SETTLING, SHARE_AFTER))
                .isTrue();
        assertThat(asked.othersMayUseTheirShares(settled, SETTLING, SHARE_AFTER))
                .isFalse();
    }
}
