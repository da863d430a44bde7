package dev.afterimage.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of RFC 9110, section 5.6.7. */
class HttpDateTest {

    private static final Instant EXAMPLE = Instant.parse("1994-11-06T08:49:37Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Sun, 6 Nov 1994 09:49:37 +0100",
            })
    void httpAndMailDateFormsAreRead(String text) {
        assertThat(HttpDate.read(text)).contains(EXAMPLE);
    }

    @Test
    void aTwoDigitYearBelongsToThisCentury() {
        assertThat(HttpDate.read("Saturday, 01-Mar-25 10:00:00 GMT")).contains(Instant.parse("2025-03-01T10:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "1740823200", "Sun, 06 Nov 1994 08:49:37 CET", "2025-03-01T10:00:00Z"})
    void malformedDateIsRefused(String text) {
        assertThat(HttpDate.read(text)).isEmpty();
    }
}
