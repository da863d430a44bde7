package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EmergencyShareTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONGEST_CALL = Duration.ofSeconds(20);

    private static Limits fleet(int rate, OptionalInt concurrency) {
        return new Limits(rate, SECOND, concurrency, 0.8, LONGEST_CALL);
    }

    @Test
    void aShareOfManyCallsIsRoundedDown() {
        assertThat(EmergencyShare.of(fleet(99, OptionalInt.empty()), 0.1)).isEqualTo(fleet(9, OptionalInt.empty()));
    }

    @Test
    void aSingleInstanceMayHaveAllOfIt() {
        assertThat(EmergencyShare.of(fleet(20, OptionalInt.of(4)), 1)).isEqualTo(fleet(20, OptionalInt.of(4)));
    }

    @Test
    void aShareOfLessThanOneCallIsOneCallInALongerWindow() {
        Limits share = EmergencyShare.of(fleet(2, OptionalInt.empty()), 0.1);

        assertThat(share.rate()).isEqualTo(1);
        assertThat(share.window()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void placesInFlightAreSharedToo() {
        assertThat(EmergencyShare.of(fleet(100, OptionalInt.of(25)), 0.1)).isEqualTo(fleet(10, OptionalInt.of(2)));
    }

    @Test
    void oneWholePlaceIsUsedAsOftenAsTheRateAllows() {
        assertThat(EmergencyShare.of(fleet(100, OptionalInt.of(10)), 0.1)).isEqualTo(fleet(10, OptionalInt.of(1)));
    }

    @Test
    void aShareOfLessThanOnePlaceIsOneCallNowAndThen() {
        Limits share = EmergencyShare.of(fleet(100, OptionalInt.of(2)), 0.1);

        assertThat(share.concurrency()).hasValue(1);
        assertThat(share.rate()).isEqualTo(1);
        assertThat(share.window()).isEqualTo(LONGEST_CALL.multipliedBy(5));
    }

    @Test
    void nothingAndMoreThanAllAreMistakes() {
        Limits fleet = fleet(10, OptionalInt.empty());

        assertThatThrownBy(() -> EmergencyShare.of(fleet, 0)).hasMessageContaining("emergency-share");
        assertThatThrownBy(() -> EmergencyShare.of(fleet, 1.1)).hasMessageContaining("emergency-share");
    }
}
