package dev.afterimage.http.header;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the client prefers, from {@code Prefer} (RFC 7240). Unknown and malformed preferences are ignored, and of two equal
 * ones the first counts, as section 2 asks.
 *
 * @param respondAsync the client would rather have 202 than wait (section 4.1)
 * @param waitUpTo how long it is willing to wait (section 4.3); with {@code respondAsync}, how long before the 202
 */
public record Preferences(boolean respondAsync, Optional<Duration> waitUpTo) {

    public static final String HEADER = "Prefer";
    public static final String APPLIED_HEADER = "Preference-Applied";

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern PREFERENCE =
            Pattern.compile("\\s*(" + TOKEN + ")\\s*(?:=\\s*(?:(" + TOKEN + ")|\"([^\"\\\\]*)\")\\s*)?(?:;.*)?");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /** Reads the header, which may have been sent several times. */
    public static Preferences parse(List<String> headers) {
        boolean respondAsync = false;
        Optional<Duration> waitUpTo = Optional.empty();
        for (String header : headers) {
            for (String element : elements(header)) {
                Matcher preference = PREFERENCE.matcher(element);
                if (!preference.matches()) {
                    continue;
                }
                switch (preference.group(1).toLowerCase(Locale.ROOT)) {
                    case "respond-async" -> respondAsync |= value(preference).isEmpty();
                    case "wait" -> waitUpTo = waitUpTo.or(() -> seconds(value(preference)));
                    default -> {}
                }
            }
        }
        return new Preferences(respondAsync, waitUpTo);
    }

    /**
     * How long to wait for the image.
     *
     * @param usual the wait of a client that names none
     * @param longest the most that a client may ask for
     */
    public Duration patience(Duration usual, Duration longest) {
        return waitUpTo.map(wait -> atMost(longest, wait)).orElse(respondAsync ? Duration.ZERO : usual);
    }

    /**
     * How long to wait for the result of a request that is never answered with a 202 in its place; {@code respond-async} is
     * ignored. Sets {@code Preference-Applied} in the response, whichever that will be.
     *
     * @param usual the wait of a client that names none
     * @param longest the most that a client may ask for
     */
    public static Duration applyWait(RoutingContext http, Duration usual, Duration longest) {
        Preferences wait = new Preferences(
                false, parse(http.request().headers().getAll(HEADER)).waitUpTo());
        wait.applied(false, longest).ifPresent(applied -> http.response().putHeader(APPLIED_HEADER, applied));
        return wait.patience(usual, longest);
    }

    private static Duration atMost(Duration longest, Duration wait) {
        return wait.compareTo(longest) < 0 ? wait : longest;
    }

    /**
     * The preferences as they were applied, as a field value; empty when none was. Where the client asked for a longer wait
     * than {@code longest}, this names {@code longest}, which was applied in its place.
     *
     * @param pending whether the answer is a 202
     * @param longest the most that a client may ask for
     */
    public Optional<String> applied(boolean pending, Duration longest) {
        List<String> honoured = new ArrayList<>(2);
        if (respondAsync && pending) {
            honoured.add("respond-async");
        }
        waitUpTo.ifPresent(wait -> honoured.add("wait=" + atMost(longest, wait).toSeconds()));
        return honoured.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", honoured));
    }

    private static String value(Matcher preference) {
        String token = preference.group(2);
        String quoted = preference.group(3);
        return token != null ? token : quoted != null ? quoted : "";
    }

    private static Optional<Duration> seconds(String value) {
        return SECONDS.matcher(value).matches()
                ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
                : Optional.empty();
    }

    /** Splits at the commas that stand outside quoted strings. */
    private static List<String> elements(String header) {
        List<String> elements = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                elements.add(header.substring(start, i));
                start = i + 1;
            }
        }
        elements.add(header.substring(start));
        return elements;
    }
}
