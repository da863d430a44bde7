package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CreditBudget.Status;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreditBudgetStatusTest {

    @ParameterizedTest
    @CsvSource({"0, 10", "3, 7", "10, 0", "12, 0"})
    void creditsLeftAreNeverBelowZero(long used, long left) {
        assertThat(new Status(used, OptionalLong.of(10)).left()).hasValue(left);
    }

    @Test
    void withoutALimitNothingIsKnownToBeLeft() {
        assertThat(new Status(3, OptionalLong.empty()).left()).isEmpty();
    }
}
