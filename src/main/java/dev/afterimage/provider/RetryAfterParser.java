package dev.afterimage.provider;

import dev.afterimage.provider.Description.Waits;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.time.HttpDate;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads how long a provider asks to wait. The first of these that is there counts: {@code Retry-After} (RFC 9110, section
 * 10.2.3), the body's {@code resetAt}, {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers, in its old and new form),
 * {@code RateLimit-Reset}, {@code X-RateLimit-Reset}.
 *
 * <p>A wait that is over already or cannot be read counts as none, so that the retry's own back-off decides. A wait is at
 * most {@link #LONGEST}: what lasts longer is no rate limit, and asking again once a day costs nothing.
 */
final class RetryAfterParser {

    static final Duration LONGEST = Duration.ofDays(1);

    private static final List<String> RESET_HEADERS = List.of("RateLimit-Reset", "X-RateLimit-Reset");
    private static final Pattern SECONDS = Pattern.compile("([0-9]+)(\\.[0-9]+)?");
    private static final Pattern WAIT = Pattern.compile("(?:^|[;,\\s])(?:t|reset)\\s*=\\s*([0-9]+)");
    private static final Pattern LEFT = Pattern.compile("(?:^|[;,\\s])(?:r|remaining)\\s*=\\s*([0-9]+)");

    private RetryAfterParser() {}

    /**
     * The wait that this answer names in a place that the description names; else the ban that the description states; else
     * the wait in a usual place. Above zero and at most {@link #LONGEST}.
     */
    static Optional<Duration> of(Answer answer, Waits described, Instant now) {
        return described(answer, described, now)
                .or(described::ban)
                .or(() -> of(answer, now))
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    private static Optional<Duration> described(Answer answer, Waits waits, Instant now) {
        Stream<String> headers = waits.headers().stream().flatMap(name -> answer.header(name).stream());
        Stream<String> body = waits.pointers().isEmpty()
                ? Stream.empty()
                : ProviderJson.tree(answer.body()).stream()
                        .flatMap(json -> waits.pointers().stream().flatMap(place -> place.in(json)))
                        .flatMap(node -> ProviderJson.text(node).stream());
        return Stream.concat(headers, body)
                .flatMap(value -> DurationText.wait(value, now).stream())
                .filter(Duration::isPositive)
                .findFirst();
    }

    /**
     * The wait that this answer names at a usual place, above zero and at most {@link #LONGEST}; empty when it names
     * none.
     */
    static Optional<Duration> of(Answer answer, Instant now) {
        return retryAfter(answer, now)
                .or(() -> resetAt(answer, now).map(reset -> Duration.between(now, reset)))
                .or(() -> answer.header("RateLimit").flatMap(RetryAfterParser::rateLimit))
                .or(() -> resetHeader(answer, now))
                .filter(Duration::isPositive)
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    /** The moment that the body names as {@code resetAt}, also within {@code data} or {@code error}. */
    static Optional<Instant> resetAt(Answer answer, Instant now) {
        return ProviderJson.tree(answer.body())
                .flatMap(json -> ProviderJson.firstValue(
                        json, "/resetAt", "/reset_at", "/data/resetAt", "/data/reset_at", "/error/resetAt"))
                .flatMap(value -> ResetValue.parse(value, now));
    }

    /** Reads seconds or a date. A date is compared with the provider's own clock where the answer has one ({@code Date}). */
    private static Optional<Duration> retryAfter(Answer answer, Instant now) {
        return answer.header("Retry-After").flatMap(value -> {
            Matcher seconds = SECONDS.matcher(value);
            if (seconds.matches()) {
                return Optional.of(seconds(value));
            }
            Instant theirNow = answer.header("Date").flatMap(HttpDate::read).orElse(now);
            return HttpDate.read(value).map(until -> Duration.between(theirNow, until));
        });
    }

    private static Duration seconds(String value) {
        double seconds = Math.min(Double.parseDouble(value), (double) LONGEST.toSeconds());
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static Optional<Duration> resetHeader(Answer answer, Instant now) {
        return RESET_HEADERS.stream()
                .flatMap(name -> answer.header(name).stream())
                .flatMap(value -> ResetValue.parse(value, now).stream())
                .map(reset -> Duration.between(now, reset))
                .findFirst();
    }

    /**
     * {@code limit=10, remaining=0, reset=5}, or items such as {@code "burst";r=0;t=1}. Of several policies the exhausted
     * ones count, and of these the longest wait.
     */
    private static Optional<Duration> rateLimit(String field) {
        List<String> policies = field.contains("reset") ? List.of(field) : List.of(field.split(","));
        List<String> exhausted =
                policies.stream().filter(RetryAfterParser::isExhausted).toList();
        return (exhausted.isEmpty() ? policies : exhausted)
                .stream()
                        .map(WAIT::matcher)
                        .filter(Matcher::find)
                        .map(found -> seconds(found.group(1)))
                        .max(Comparator.naturalOrder());
    }

    private static boolean isExhausted(String policy) {
        Matcher left = LEFT.matcher(policy);
        return left.find() && Double.parseDouble(left.group(1)) == 0;
    }

    /** Reads durations as APIs spell them: {@code 34s}, {@code 6m0s}, {@code 120ms}, {@code resets in ~30s}. */
    static final class DurationText {

        private static final Pattern EXACT = Pattern.compile(
                "(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9}(?:\\.[0-9]{1,9})?)s)?(?:([0-9]{1,9}(?:\\.[0-9]{1,9})?)ms)?");

        /** A number and its unit anywhere in a sentence. */
        private static final Pattern WITHIN = Pattern.compile(
                "(?<![0-9.])([0-9]{1,9}(?:\\.[0-9]{1,9})?)\\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\\b",
                Pattern.CASE_INSENSITIVE);

        private DurationText() {}

        /** The duration that the whole text is; else empty. */
        static Optional<Duration> exact(String text) {
            Matcher found = EXACT.matcher(text.strip());
            if (text.isBlank() || !found.matches()) {
                return Optional.empty();
            }
            return Optional.of(millis(found.group(1), 3_600_000)
                    .plus(millis(found.group(2), 60_000))
                    .plus(millis(found.group(3), 1_000))
                    .plus(millis(found.group(4), 1)));
        }

        /** The wait that a value names, in whatever spelling; empty when it names none. */
        static Optional<Duration> wait(String text, Instant now) {
            return exact(text)
                    .or(() -> ResetValue.parse(text, now).map(reset -> Duration.between(now, reset)))
                    .or(() -> within(text));
        }

        private static Optional<Duration> within(String text) {
            Matcher found = WITHIN.matcher(text);
            if (!found.find()) {
                return Optional.empty();
            }
            String unit = found.group(2).toLowerCase(java.util.Locale.ROOT);
            int factor = unit.startsWith("ms") || unit.startsWith("mil")
                    ? 1
                    : unit.startsWith("s") ? 1_000 : unit.startsWith("m") ? 60_000 : 3_600_000;
            return Optional.of(millis(found.group(1), factor));
        }

        private static Duration millis(@Nullable String number, int factor) {
            return number == null ? Duration.ZERO : Duration.ofMillis(Math.round(Double.parseDouble(number) * factor));
        }
    }

    /**
     * Reads the time at which a limit resets. No standard says in what unit, so APIs write seconds or milliseconds from
     * now, seconds or milliseconds since 1970, or a date. The size of a number tells them apart:
     *
     * <table>
     * <caption>How a number is read</caption>
     * <tr><td>up to 86,400</td><td>seconds from now: rate limits reset within a day</td></tr>
     * <tr><td>up to 10<sup>9</sup></td><td>milliseconds from now, up to eleven days</td></tr>
     * <tr><td>up to 10<sup>11</sup></td><td>seconds since 1970, from 2001 on</td></tr>
     * <tr><td>up to 10<sup>14</sup></td><td>milliseconds since 1970</td></tr>
     * </table>
     *
     * In doubt a number is read as the shorter wait: asking too early costs one more 429, but a wait a thousand times too
     * long stops the whole fleet.
     */
    static final class ResetValue {

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
}
