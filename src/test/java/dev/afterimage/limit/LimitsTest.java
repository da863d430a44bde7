package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static Limits limits(int rate, Duration window, OptionalInt concurrency, double bulkShare) {
        return new Limits(rate, window, concurrency, bulkShare, SECOND);
    }

    private static Limits window(Duration window) {
        return limits(10, window, OptionalInt.empty(), 1);
    }

    @ParameterizedTest
    @CsvSource({
        "PT60S, PT61.2S", // 2 %
        "PT1S, PT1.02S", // both
        "PT0.5S, PT0.52S", // twice the jitter
        "PT0.001S, PT0.021S"
    })
    void aSlotStaysTakenForTheWindowAndAMargin(Duration window, Duration slotTime) {
        assertThat(window(window).slotTime()).isEqualTo(slotTime);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.001S, PT0.1S", // at least
        "PT0.38S, PT0.1S", // exactly
        "PT1S, PT0.255S", // a quarter of the slot time
        "PT60S, PT1S" // at most
    })
    void leadIsAQuarterOfTheSlotTimeWithinBounds(Duration window, Duration lead) {
        assertThat(window(window).lead()).isEqualTo(lead);
    }

    @ParameterizedTest
    @CsvSource({"10, 0.8, 8", "10, 0.79, 7", "10, 1, 10", "1, 0.5, 1", "3, 0.1, 1"})
    void bulkShareIsRoundedDownToAtLeastOne(int all, double share, int bulk) {
        Limits limits = limits(all, SECOND, OptionalInt.of(all), share);
        assertThat(limits.bulkRate()).isEqualTo(bulk);
        assertThat(limits.bulkConcurrency()).hasValue(bulk);
    }

    @Test
    void withoutALimitOfCallsInFlightTheBulkLaneHasNoneEither() {
        assertThat(limits(10, SECOND, OptionalInt.empty(), 0.5).bulkConcurrency())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void zeroCallsIsRefused(int none) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits(none, SECOND, OptionalInt.empty(), 1))
                .withMessageContaining("afterimage.provider.rate must");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits(1, SECOND, OptionalInt.of(none), 1))
                .withMessageContaining("afterimage.provider.concurrency");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void zeroWindowIsRefused(Duration none) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> window(none))
                .withMessageContaining("afterimage.provider.rate-window");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limits(1, SECOND, OptionalInt.empty(), 1, none))
                .withMessageContaining("longest call");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.01, Double.NaN})
    void bulkShareMustBeBetweenZeroAndOne(double share) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits(1, SECOND, OptionalInt.empty(), share))
                .withMessageContaining("afterimage.provider.bulk-share");
    }
}
