package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values: formats, magic numbers, template names, keys. */
class ImageValuesTest {

    @ParameterizedTest
    @CsvSource({"png, PNG", "jpeg, JPEG", "jpg, JPEG", "JPG, JPEG", "webp, WEBP", "gif, GIF", "GIF, GIF"})
    void formatsHaveNames(String word, ImageFormat format) {
        assertThat(ImageFormat.named(word)).isEqualTo(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "svg", " png", "image/png", "jpgg", "\u0131"})
    void otherNamesAreRefusedWithAHint(String word) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> ImageFormat.named(word))
                .satisfies(refused -> assertThat(refused.detail()).contains("png, jpeg, webp, gif"));
    }

    @ParameterizedTest
    @CsvSource({
        "89504E470D0A1A0A0000000D, PNG",
        "FFD8FFE000104A464946, JPEG",
        "FFD8FFDB, JPEG",
        "524946461A000000574542505650384C, WEBP",
        "474946383961, GIF",
        "474946383761, GIF"
    })
    void anImageIsKnownByItsFirstBytes(String hex, ImageFormat format) {
        assertThat(ImageFormat.ofContent(HexFormat.of().parseHex(hex))).contains(format);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "89504E470D0A1A",
                "FFD8",
                "FFD800",
                "524946461A00000057415645",
                "52494646",
                "474946383861",
                "0089504E470D0A1A0A",
                "25504446",
                "000000206674797061766966"
            })
    void otherBytesAreNoImage(String hex) {
        assertThat(ImageFormat.ofContent(HexFormat.of().parseHex(hex))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<svg xmlns=\"http://www.w3.org/2000/svg\">", "<?xml version=\"1.0\"?><svg>", "<html>", "{}"})
    void markupIsNoImage(String text) {
        assertThat(ImageFormat.ofContent(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"t", "0", "Social-Card_2", "a.b~c:d", "hero..x"})
    void templateNamesAreLettersDigitsAndFiveMarks(String name) {
        assertThat(new TemplateId(name)).hasToString(name);
    }

    @Test
    void templateNamesHaveAtMost128Characters() {
        assertThat(new TemplateId("t".repeat(128)).value()).hasSize(128);
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> new TemplateId("t".repeat(129)))
                .satisfies(refused -> assertThat(refused.pointer()).isEqualTo("template"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "..", "-a", "~a", ":a", "_a", "a/b", "a b", "a\n", "a\u0000", "\u00e9", "a%2f", "a?b", "a\\b"
            })
    void otherTemplateNamesAreRefused(String name) {
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> new TemplateId(name));
    }

    @Test
    void keysAre64LowerCaseHexDigits() {
        String digits = "0123456789abcdef".repeat(4);
        assertThat(new ImageKey(digits)).hasToString(digits);
        for (String other : new String[] {
            "",
            digits.substring(1),
            digits + "0",
            digits.toUpperCase(Locale.ROOT),
            digits.replace('f', 'g'),
            digits.replace('0', '/'), // the neighbours of what is allowed
            digits.replace('0', ':'),
            digits.replace('0', '`'),
            digits.substring(1) + "\n"
        }) {
            assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> new ImageKey(other));
        }
    }

    @Test
    void toStringOfDataHidesItsValues() {
        assertThat(TemplateData.of("{\"secret\":1}")).hasToString("TemplateData[12 characters]");
        assertThat(new GeneratedImage(new byte[] {1, 2, 3}, ImageFormat.GIF))
                .hasToString("GeneratedImage[gif, 3 bytes]");
    }
}
