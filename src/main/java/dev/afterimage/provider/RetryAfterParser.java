package dev.afterimage.provider;

import dev.afterimage.provider.Description.Waits;
import dev.afterimage.time.HttpDate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long a provider asks to wait. The first that speaks is believed: {@code Retry-After} (RFC 9110, section 10.2.3), the
 * body's {@code resetAt}, {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers, in its old and new form),
 * {@code RateLimit-Reset}, {@code X-RateLimit-Reset}.
 *
 * <p>A wait that is over already, or that makes no sense, counts as none named, so that the retry's own growing back-off
 * decides. None is longer than {@link #LONGEST}: what lasts longer is no rate limit, and looking again once a day is free.
 */
final class RetryAfterParser {

    static final Duration LONGEST = Duration.ofDays(1);

    private static final List<String> RESET_HEADERS = List.of("RateLimit-Reset", "X-RateLimit-Reset");
    private static final Pattern SECONDS = Pattern.compile("([0-9]+)(\\.[0-9]+)?");
    private static final Pattern WAIT = Pattern.compile("(?:^|[;,\\s])(?:t|reset)\\s*=\\s*([0-9]+)");
    private static final Pattern LEFT = Pattern.compile("(?:^|[;,\\s])(?:r|remaining)\\s*=\\s*([0-9]+)");

    private RetryAfterParser() {}

    /** The wait that this answer names where its description says or at a usual place, above zero; else the ban's length. */
    static Optional<Duration> of(Answer answer, Waits described, Instant now) {
        return described(answer, described, now)
                .or(() -> of(answer, now))
                .or(described::ban)
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

    /** The wait that this answer names at a usual place, above zero; empty when it names none. */
    static Optional<Duration> of(Answer answer, Instant now) {
        return retryAfter(answer, now)
                .or(() -> resetAt(answer, now).map(reset -> Duration.between(now, reset)))
                .or(() -> answer.header("RateLimit").flatMap(RetryAfterParser::rateLimit))
                .or(() -> resetHeader(answer, now))
                .filter(Duration::isPositive)
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    /** The moment that the body names as {@code resetAt}, also within {@code data}. */
    static Optional<Instant> resetAt(Answer answer, Instant now) {
        return ProviderJson.tree(answer.body())
                .flatMap(json -> ProviderJson.firstValue(
                        json, "/resetAt", "/reset_at", "/data/resetAt", "/data/reset_at", "/error/resetAt"))
                .flatMap(value -> ResetValue.parse(value, now));
    }

    /** Seconds, or a date; a date counts from the provider's own clock when it tells it. */
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
     * ones count, and of these the longest.
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
}
