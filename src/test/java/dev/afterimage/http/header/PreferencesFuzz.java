package dev.afterimage.http.header;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever {@code Prefer} says, nobody waits longer than the longest wait, and only our own words are sent back. */
class PreferencesFuzz {

    private static final Duration DEADLINE = Duration.ofSeconds(25);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @FuzzTest
    void preferences(byte[] bytes) {
        String header = new String(bytes, StandardCharsets.ISO_8859_1);
        Preferences preferences = Preferences.parse(List.of(header, header));

        assertThat(preferences).isEqualTo(Preferences.parse(List.of(header)));
        assertThat(preferences.patience(DEADLINE, LONGEST)).isBetween(Duration.ZERO, LONGEST);
        for (boolean pending : new boolean[] {true, false}) {
            preferences
                    .applied(pending, LONGEST)
                    .ifPresent(
                            applied -> assertThat(applied).matches("respond-async|(respond-async, )?wait=[0-9]{1,2}"));
        }
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {"a", "a=", "a;", ",", "\"", "\"\\", " ", "=", "wait=1,", "wait=1;x", "wait=\"1"})
    void longInput(String piece) {
        preferences(piece.repeat(100_000).getBytes(StandardCharsets.ISO_8859_1));
        preferences((piece.repeat(100_000) + "!\u0000").getBytes(StandardCharsets.ISO_8859_1));
    }
}
