package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ECMAScript's Number::toString, checked with exact decimal arithmetic. */
@Timeout(value = 120, threadMode = SEPARATE_THREAD)
class CanonicalNumberTest {

    @ParameterizedTest
    @CsvSource({
        "4.9E-324, 5e-324",
        "2.5e-324, 5e-324",
        "1e-323, 1e-323",
        "9.9e-323, 1e-322",
        "1.5e-323, 1.5e-323",
        "1e-315, 1e-315",
        "-1e-315, -1e-315",
        "123456789012345680000, 123456789012345680000",
        "1e-7, 1e-7",
        "1.2e-7, 1.2e-7",
        "-12.5, -12.5",
        "2e-3, 0.002",
        "5E-324, 5e-324"
    })
    void everyDoubleHasOneSpelling(double number, String text) {
        assertThat(write(number)).isEqualTo(text);
        assertThat(TemplateData.of("{\"v\":" + number + "}").json()).isEqualTo("{\"v\":" + text + "}");
    }

    @Test
    void everySubnormalOfAtMostThreeDigitsKeepsTheRule() {
        IntStream.rangeClosed(-324, -308)
                .boxed()
                .flatMap(exponent -> IntStream.rangeClosed(1, 999).mapToObj(digits -> digits + "e" + (exponent - 2)))
                .mapToDouble(Double::parseDouble)
                .filter(number -> number > 0)
                .forEach(CanonicalNumberTest::assertRule);
    }

    @Test
    void theSmallestDoublesKeepTheRule() {
        LongStream.rangeClosed(1, 10_000)
                .mapToDouble(Double::longBitsToDouble)
                .forEach(CanonicalNumberTest::assertRule);
    }

    @Test
    void powersAndTheirNeighboursKeepTheRule() {
        DoubleStream.concat(
                        IntStream.rangeClosed(-1074, 1023).mapToDouble(power -> Math.scalb(1.0, power)),
                        IntStream.rangeClosed(-323, 308).mapToDouble(power -> Double.parseDouble("1e" + power)))
                .flatMap(power -> DoubleStream.of(Math.nextDown(power), power, Math.nextUp(power)))
                .filter(number -> number != 0)
                .forEach(CanonicalNumberTest::assertRule);
    }

    @Test
    void randomBitPatternsKeepTheRule() {
        new SplittableRandom(8785)
                .longs(120_000)
                .mapToDouble(Double::longBitsToDouble)
                .filter(Double::isFinite)
                .forEach(CanonicalNumberTest::assertRule);
    }

    @Test
    void randomSubnormalsKeepTheRule() {
        new SplittableRandom(8785)
                .longs(20_000, 1, 1L << 52)
                .map(bits -> bits >>> (bits & 31))
                .filter(bits -> bits > 0)
                .mapToDouble(Double::longBitsToDouble)
                .forEach(CanonicalNumberTest::assertRule);
    }

    /** The text parses to the same double, is the shortest such, the closest of its length, and has ECMAScript's form. */
    private static void assertRule(double number) {
        String text = write(number);
        assertThat(Double.parseDouble(text)).as(text).isEqualTo(number);
        BigDecimal exact = new BigDecimal(number).abs();
        BigDecimal written = new BigDecimal(text).abs().stripTrailingZeros();
        int digits = written.precision();
        if (digits > 1) {
            assertThat(neighbours(exact, digits - 1))
                    .as("shorter than " + text)
                    .noneMatch(shorter -> shorter.doubleValue() == Math.abs(number));
        }
        BigDecimal distance = exact.subtract(written).abs();
        assertThat(neighbours(exact, digits))
                .as("closer than " + text)
                .noneMatch(other ->
                        exact.subtract(other).abs().compareTo(distance) < 0 && other.doubleValue() == Math.abs(number));
        assertThat(text).isEqualTo((number < 0 ? "-" : "") + form(written));
    }

    /** The numbers of so many digits directly below and above. */
    private static BigDecimal[] neighbours(BigDecimal exact, int digits) {
        return new BigDecimal[] {
            exact.round(new MathContext(digits, RoundingMode.FLOOR)),
            exact.round(new MathContext(digits, RoundingMode.CEILING))
        };
    }

    private static String form(BigDecimal written) {
        if (written.compareTo(new BigDecimal("1e21")) < 0 && written.compareTo(new BigDecimal("1e-6")) >= 0) {
            return written.toPlainString();
        }
        int exponent = written.precision() - written.scale() - 1;
        return written.movePointLeft(exponent).stripTrailingZeros().toPlainString()
                + (exponent < 0 ? "e-" : "e+")
                + Math.abs(exponent);
    }

    private static String write(double number) {
        StringBuilder out = new StringBuilder();
        CanonicalNumber.write(number, out);
        return out.toString();
    }
}
