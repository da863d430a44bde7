package dev.afterimage.provider;

import dev.afterimage.time.HttpDate;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads "when the limit resets" from one value. No standard says in what unit, so APIs write seconds to go, milliseconds
 * to go, seconds or milliseconds since 1970, or a date; the magnitude tells them apart:
 *
 * <table>
 * <caption>How a number is read</caption>
 * <tr><td>up to 86,400</td><td>seconds to go: rate limits reset within a day</td></tr>
 * <tr><td>up to 10<sup>9</sup></td><td>milliseconds to go, up to eleven days</td></tr>
 * <tr><td>up to 10<sup>11</sup></td><td>seconds since 1970, from 2001 on</td></tr>
 * <tr><td>up to 10<sup>14</sup></td><td>milliseconds since 1970</td></tr>
 * </table>
 *
 * A doubtful number is read as the shorter wait: asking too early costs one more 429, waiting a thousandfold stops the
 * whole fleet.
 */
final class ResetValue {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}(?:\\.[0-9]{1,18})?");

    private static final BigDecimal A_DAY_OF_SECONDS = BigDecimal.valueOf(86_400);
    private static final BigDecimal FIRST_EPOCH_SECOND = BigDecimal.valueOf(1_000_000_000L);
    private static final BigDecimal LAST_EPOCH_SECOND = BigDecimal.valueOf(100_000_000_000L);
    private static final BigDecimal LAST_EPOCH_MILLISECOND = BigDecimal.valueOf(100_000_000_000_000L);

    private ResetValue() {}

    /** The moment of the reset; empty when the value is neither a number of a sensible size nor a date. */
    static Optional<Instant> parse(String text, Instant now) {
        String value = text.strip();
        return NUMBER.matcher(value).matches() ? number(new BigDecimal(value), now) : date(value);
    }

    private static Optional<Instant> number(BigDecimal value, Instant now) {
        if (value.compareTo(A_DAY_OF_SECONDS) <= 0) {
            return Optional.of(now.plus(milliseconds(value.movePointRight(3))));
        }
        if (value.compareTo(FIRST_EPOCH_SECOND) < 0) {
            return Optional.of(now.plus(milliseconds(value)));
        }
        if (value.compareTo(LAST_EPOCH_SECOND) < 0) {
            return Optional.of(Instant.EPOCH.plus(milliseconds(value.movePointRight(3))));
        }
        return value.compareTo(LAST_EPOCH_MILLISECOND) < 0
                ? Optional.of(Instant.EPOCH.plus(milliseconds(value)))
                : Optional.empty();
    }

    private static Duration milliseconds(BigDecimal value) {
        return Duration.ofMillis(value.longValue());
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(OffsetDateTime.parse(value).toInstant());
        } catch (DateTimeException notIso) {
            return HttpDate.read(value);
        }
    }
}
