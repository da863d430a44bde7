package dev.afterimage.image;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Numbers in the canonical form of JSON: as ECMAScript's {@code Number::toString} writes them (RFC 8785, section 3.2.2.3),
 * with the fewest digits that still mean this double, and of these the closest.
 *
 * <p>{@link Double#toString(double)} finds the same digits, with one exception: it writes at least two, and so
 * {@code 4.9E-324} where {@code 5e-324} means the same double.
 */
final class CanonicalNumber {

    private static final double EXACT_INTEGERS_BELOW = 1L << 53;

    /** A number with more digits before the point is written with an exponent. */
    private static final int MOST_DIGITS_BEFORE_THE_POINT = 21;

    /** A number with more zeros right after the point is written with an exponent. */
    private static final int MOST_ZEROS_AFTER_THE_POINT = 5;

    private static final MathContext ONE_DIGIT = new MathContext(1, RoundingMode.HALF_EVEN);

    private CanonicalNumber() {}

    /**
     * Appends the canonical form.
     *
     * @param number neither infinite nor NaN
     */
    static void write(double number, StringBuilder out) {
        if (number == Math.rint(number) && Math.abs(number) < EXACT_INTEGERS_BELOW) {
            out.append((long) number); // Both zeros, 0 and -0, are written 0.
            return;
        }
        if (number < 0) {
            out.append('-');
        }
        Digits.of(Math.abs(number)).write(out);
    }

    /**
     * The number 0.{@code digits} × 10<sup>{@code point}</sup>.
     *
     * @param digits neither begin nor end with a zero, which makes them unique
     * @param point where the decimal point stands, counted from before the first digit
     */
    private record Digits(String digits, int point) {

        static Digits of(double positive) {
            Digits shortest = of(new BigDecimal(Double.toString(positive)));
            if (positive >= Double.MIN_NORMAL || shortest.digits.length() != 2) {
                return shortest;
            }
            // Near zero, doubles lie so far apart that one digit may be enough where Double.toString writes two.
            BigDecimal oneDigit = new BigDecimal(positive).round(ONE_DIGIT);
            return oneDigit.doubleValue() == positive ? of(oneDigit) : shortest;
        }

        private static Digits of(BigDecimal number) {
            BigDecimal stripped = number.stripTrailingZeros();
            return new Digits(stripped.unscaledValue().toString(), stripped.precision() - stripped.scale());
        }

        void write(StringBuilder out) {
            int count = digits.length();
            if (point > MOST_DIGITS_BEFORE_THE_POINT || point < -MOST_ZEROS_AFTER_THE_POINT) {
                out.append(digits.charAt(0));
                if (count > 1) {
                    out.append('.').append(digits, 1, count);
                }
                int exponent = point - 1;
                out.append(exponent < 0 ? "e" : "e+").append(exponent);
            } else if (point <= 0) {
                out.append("0.").repeat("0", -point).append(digits);
            } else if (point >= count) {
                out.append(digits).repeat("0", point - count);
            } else {
                out.append(digits, 0, point).append('.').append(digits, point, count);
            }
        }
    }
}
