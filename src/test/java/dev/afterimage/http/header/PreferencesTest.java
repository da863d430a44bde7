package dev.afterimage.http.header;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferencesTest {

    private static final Duration DEADLINE = Duration.ofSeconds(25);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static Preferences parse(String... headers) {
        return Preferences.parse(List.of(headers));
    }

    @Test
    void withoutAPreferenceOneWaitsForTheDeadline() {
        assertThat(parse().patience(DEADLINE, LONGEST)).isEqualTo(DEADLINE);
        assertThat(parse().applied(false, LONGEST)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "respond-async                         | 0",
                "RESPOND-ASYNC                         | 0",
                "respond-async=\"\"                    | 0",
                "wait=5                                | 5",
                "Wait = \"5\"                          | 5",
                "wait=0                                | 0",
                "wait=25                               | 25",
                "wait=26                               | 26",
                "wait=60                               | 60",
                "wait=61                               | 60",
                "respond-async, wait=5                 | 5",
                "wait=5,respond-async                  | 5",
                "respond-async; x=\"a,b\", wait=5; y   | 5",
                "handling=\"wait=1, x\\\",\", wait=7   | 7",
                "return=minimal, , wait=7              | 7",
                "wait=4, wait=9                        | 4"
            })
    void waitPreferenceShortensOrLengthensTheDeadline(String header, long seconds) {
        assertThat(parse(header).patience(DEADLINE, LONGEST)).hasSeconds(seconds);
    }

    @Test
    void theHeaderMayBeSentSeveralTimes() {
        assertThat(parse("respond-async", "wait=5, wait=6").patience(DEADLINE, LONGEST))
                .hasSeconds(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wait",
                "wait=",
                "wait=-1",
                "wait=1.5",
                "wait=abc",
                "wait=99999999999999999999",
                "wait=\"5",
                "wait 5",
                "=5",
                "waits=5",
                "respond-async=no",
                "respond-async wait=5",
                "\"wait=5\"",
                ",",
                ""
            })
    void malformedOrUnknownPreferenceIsIgnored(String header) {
        assertThat(parse(header)).isEqualTo(new Preferences(false, Optional.empty()));
    }

    @Test
    void aMalformedPreferenceDoesNotSpoilTheNext() {
        assertThat(parse("wait=soon, respond-async, =, wait=3").patience(DEADLINE, LONGEST))
                .hasSeconds(3);
    }

    @Test
    void headerOfQuotesIsParsedInLinearTime() {
        assertThat(parse("\"\\".repeat(4_000)).patience(DEADLINE, LONGEST)).isEqualTo(DEADLINE);
    }

    @Test
    void respondAsyncIsAppliedOnlyWhereTheResponseIs202() {
        assertThat(parse("respond-async").applied(true, LONGEST)).contains("respond-async");
        assertThat(parse("respond-async").applied(false, LONGEST)).isEmpty();
    }

    @Test
    void aWaitIsAppliedAsItHolds() {
        assertThat(parse("respond-async, wait=25").applied(true, LONGEST)).contains("respond-async, wait=25");
        assertThat(parse("wait=61").applied(true, LONGEST)).contains("wait=60");
    }
}
