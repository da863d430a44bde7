package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers, logs and dead letters are told in the provider's own words. */
class ProviderReasonTest {

    private static String reason(String said) {
        return Meanings.reason(
                        JsonNodeFactory.instance.objectNode().put("why", said),
                        List.of(JsonPath.of("/why").orElseThrow()))
                .orElse("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ungültiger Wert für „größe“ – 5 €",
                "テンプレートが見つかりません。",
                "Неверный ключ",
                "نموذج غير معروف",
                "e\u0301 \u00a0 x² + \uD83C\uDFA8"
            })
    void itsLettersAreKeptWhateverTheirScript(String said) {
        assertThat(reason(said)).isEqualTo(": \"" + said + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u0000\u001b[b",
                "a\r\n\tb",
                "a\u0085b",
                "a\u2028b",
                "a\u2029b",
                "a\u202eb",
                "a\u200bb",
                "a\ufeffb",
                "a\ue000b",
                "a\uffffb",
                "a\udb40\udc41b",
                "a\ud83cb",
                "a\udfa8b"
            })
    void whatCannotBeSeenBecomesABlank(String said) {
        assertThat(reason(said).replace("[", "")).isEqualTo(": \"a b\"");
    }

    @Test
    void itIsCutAfterTwoHundredCharactersAndNoneInHalf() {
        String painter = "\uD83C\uDFA8";
        assertThat(reason("x" + painter.repeat(300))).isEqualTo(": \"x" + painter.repeat(199) + "\"");
    }

    @Test
    void nothingVisibleIsNoReason() {
        assertThat(reason(" \u0000\u202e\u2028 ")).isEmpty();
    }
}
