package dev.afterimage.provider.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {

    @Test
    void stepsAreRound() {
        assertThat(Scale.over(List.of(12.0, 19.0, 31.0)).ticks()).containsExactly(0.0, 10.0, 20.0, 30.0, 40.0);
        assertThat(Scale.over(List.of(-3.0, 4.0)).ticks()).containsExactly(-4.0, -2.0, 0.0, 2.0, 4.0);
    }

    @Property
    void everyValueAndZeroLieOnTheScale(
            @ForAll @Size(min = 1, max = 24) List<@DoubleRange(min = -1e12, max = 1e12) Double> values) {
        Scale scale = Scale.over(values);
        assertThat(scale.share(0)).isBetween(0.0, 1.0);
        assertThat(values).allSatisfy(value -> assertThat(scale.share(value)).isBetween(-1e-9, 1 + 1e-9));
        assertThat(scale.ticks()).hasSizeBetween(2, 8);
    }

    @ParameterizedTest
    @CsvSource({"950, 950", "0.25, 0.25", "12500, 12.5k", "3000000, 3M", "-2500000000, -2.5B", "0, 0"})
    void largeNumbersAreShort(double value, String label) {
        assertThat(Scale.over(List.of(value)).label(value)).isEqualTo(label);
    }
}
