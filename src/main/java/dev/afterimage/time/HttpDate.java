package dev.afterimage.time;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the dates of HTTP, which have three forms (RFC 9110, section 5.6.7). In the first form ({@code IMF-fixdate}) it
 * also accepts what RFC 1123 allows in mail, a numeric offset and a day of one digit, because some providers send that.
 */
public final class HttpDate {

    /** The year has two digits, which are read as one of the years 1976 to 2075. */
    private static final DateTimeFormatter RFC_850 = new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, 1976)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH);

    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

    private HttpDate() {}

    /** The moment that the text names; empty when it is no date, which a recipient has to ignore. */
    public static Optional<Instant> read(String text) {
        for (DateTimeFormatter form : List.of(DateTimeFormatter.RFC_1123_DATE_TIME, RFC_850, ASCTIME)) {
            try {
                return Optional.of(form.withZone(ZoneOffset.UTC).parse(text.strip(), Instant::from));
            } catch (DateTimeException anotherForm) {
                // the next form may fit
            }
        }
        return Optional.empty();
    }
}
