package dev.afterimage.provider;

import static dev.afterimage.provider.Answers.answer;
import static dev.afterimage.provider.Answers.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.provider.Description.Waits;
import dev.afterimage.provider.Exchange.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterParserTest {

    /** A Sunday. */
    private static final Instant NOW = Instant.parse("2025-06-15T10:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Retry-After | 7 | 7000",
                "Retry-After | 1.5 | 1500",
                "Retry-After | 3600 | 3600000",
                "Retry-After | Sun, 15 Jun 2025 10:00:09 GMT | 9000",
                "Retry-After | Sunday, 15-Jun-25 10:00:09 GMT | 9000",
                "Retry-After | Sun Jun 15 10:00:09 2025 | 9000",
                "RateLimit-Reset | 12 | 12000",
                "X-RateLimit-Reset | 12 | 12000",
                "x-ratelimit-reset | 1749981615 | 15000",
                "X-RateLimit-Reset | 1749981615.5 | 15500",
                "X-RateLimit-Reset | 1749981615250 | 15250",
                "X-RateLimit-Reset | 90000 | 90000",
                "X-RateLimit-Reset | 2025-06-15T10:00:20Z | 20000",
                "X-RateLimit-Reset | 2025-06-15T12:00:20+02:00 | 20000",
                "RateLimit | limit=10, remaining=0, reset=5 | 5000",
                "RateLimit | \"default\";r=0;t=6 | 6000",
                "RateLimit | r=0; t=6 | 6000",
                "RateLimit | \"burst\";r=0;t=2, \"daily\";r=90;t=3600 | 2000",
                "RateLimit | \"burst\";r=0;t=2, \"hourly\";r=0;t=1800 | 1800000",
                "RateLimit | \"default\";t=8 | 8000"
            })
    void waitIsReadFromAHeader(String header, String value, long milliseconds) {
        assertThat(RetryAfterParser.of(throttled(header, value), NOW)).contains(Duration.ofMillis(milliseconds));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"resetAt\":\"2025-06-15T10:00:30Z\"} | 30",
                "{\"resetAt\":1749981630} | 30",
                "{\"resetAt\":1749981630000} | 30",
                "{\"reason\":\"rate\",\"data\":{\"resetAt\":\"2025-06-15T10:00:30.000Z\"}} | 30"
            })
    void waitIsReadFromTheBody(String body, long seconds) {
        assertThat(RetryAfterParser.of(answer(429, body), NOW)).contains(Duration.ofSeconds(seconds));
    }

    @Test
    void retryAfterTakesPrecedence() {
        Answer answer = answer(429, "{\"resetAt\":1749981699}", "Retry-After", "3", "X-RateLimit-Reset", "50");
        assertThat(RetryAfterParser.of(answer, NOW)).contains(Duration.ofSeconds(3));
    }

    /** The order of places: those of the description, its ban, the usual ones. */
    @Test
    void whatTheDescriptionSaysTakesPrecedence() {
        Waits ban = new Waits(List.of(), List.of(), Optional.of(Duration.ofSeconds(60)));
        Waits named = new Waits(List.of("Retry-After", "X-Wait"), List.of(), ban.ban());

        assertThat(RetryAfterParser.of(throttled("Retry-After", "3"), Waits.USUAL, NOW))
                .contains(Duration.ofSeconds(3));
        assertThat(RetryAfterParser.of(throttled("Retry-After", "3"), ban, NOW)).contains(Duration.ofSeconds(60));
        assertThat(RetryAfterParser.of(throttled("Retry-After", "3"), named, NOW))
                .contains(Duration.ofSeconds(3));
        assertThat(RetryAfterParser.of(throttled("X-RateLimit-Reset", "3"), named, NOW))
                .contains(Duration.ofSeconds(60));
    }

    @Test
    void unreadableHeaderIsSkipped() {
        Answer answer = throttled("Retry-After", "soon", "X-RateLimit-Reset", "50");
        assertThat(RetryAfterParser.of(answer, NOW)).contains(Duration.ofSeconds(50));
    }

    @Test
    void aDateCountsFromTheProvidersOwnClock() {
        Answer answer =
                throttled("Date", "Sun, 15 Jun 2025 09:00:00 GMT", "Retry-After", "Sun, 15 Jun 2025 09:00:04 GMT");
        assertThat(RetryAfterParser.of(answer, NOW)).contains(Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-5", "soon", "Sun, 15 Jun 2025 09:59:59 GMT", "NaN", "1e3", "Infinity", "0x10", "1,5"})
    void pastOrAbsurdWaitIsIgnored(String value) {
        assertThat(RetryAfterParser.of(throttled("Retry-After", value), NOW)).isEmpty();
    }

    @Test
    void noWaitNamedIsEmpty() {
        assertThat(RetryAfterParser.of(throttled(), NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"86401", "99999999999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"})
    void noWaitIsLongerThanADay(String value) {
        assertThat(RetryAfterParser.of(throttled("Retry-After", value), NOW)).contains(Duration.ofDays(1));
    }

    @Property
    void theSameResetHasTheSameWaitInEveryUnit(@ForAll @IntRange(min = 1, max = 86_400) int seconds) {
        Instant reset = NOW.plusSeconds(seconds);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(reset.atOffset(ZoneOffset.UTC));
        List<Optional<Duration>> waits = List.of(
                RetryAfterParser.of(throttled("Retry-After", Integer.toString(seconds)), NOW),
                RetryAfterParser.of(throttled("Retry-After", date), NOW),
                RetryAfterParser.of(throttled("RateLimit", "\"p\";r=0;t=" + seconds), NOW),
                RetryAfterParser.of(throttled("RateLimit-Reset", Integer.toString(seconds)), NOW),
                RetryAfterParser.of(throttled("X-RateLimit-Reset", Long.toString(reset.getEpochSecond())), NOW),
                RetryAfterParser.of(throttled("X-RateLimit-Reset", Long.toString(reset.toEpochMilli())), NOW),
                RetryAfterParser.of(answer(429, "{\"resetAt\":\"" + reset + "\"}"), NOW));
        assertThat(waits).containsOnly(Optional.of(Duration.ofSeconds(seconds)));
    }

    @Property
    void anyNumberIsAWaitBetweenZeroAndADay(@ForAll @LongRange(min = Long.MIN_VALUE) long number) {
        assertBounded(throttled("X-RateLimit-Reset", Long.toString(number)));
        assertBounded(throttled("Retry-After", Long.toString(number)));
        assertBounded(throttled("RateLimit", "r=0;t=" + number));
        assertBounded(answer(429, "{\"resetAt\":" + number + "}"));
    }

    @Property
    void anyTextIsParsedWithoutAnException(@ForAll String text) {
        assertBounded(throttled("X-RateLimit-Reset", text));
        assertBounded(throttled("Retry-After", text));
        assertBounded(throttled("RateLimit", text));
        assertBounded(answer(429, text));
    }

    private static void assertBounded(Answer answer) {
        RetryAfterParser.of(answer, NOW)
                .ifPresent(wait -> assertThat(wait).isPositive().isLessThanOrEqualTo(RetryAfterParser.LONGEST));
    }
}
