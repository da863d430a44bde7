package dev.afterimage.provider;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads durations as APIs spell them: {@code 34s}, {@code 6m0s}, {@code 120ms}, {@code resets in ~30s}. */
final class DurationText {

    private static final Pattern EXACT = Pattern.compile(
            "(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9}(?:\\.[0-9]{1,9})?)s)?(?:([0-9]{1,9}(?:\\.[0-9]{1,9})?)ms)?");

    /** A number and its unit, somewhere in a sentence. */
    private static final Pattern WITHIN = Pattern.compile(
            "(?<![0-9.])([0-9]{1,9}(?:\\.[0-9]{1,9})?)\\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\\b",
            Pattern.CASE_INSENSITIVE);

    private DurationText() {}

    /** The duration, when the text is one and nothing else. */
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
