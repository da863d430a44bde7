package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRequestReaderTest {

    private static ImageRequest read(String json) {
        return ImageRequestReader.read(json, Optional.empty());
    }

    @Test
    void aRequestIsTemplateDataAndFormat() {
        assertThat(read("{\"template\":\"hero\",\"data\":{\"b\":1,\"a\":{}},\"format\":\"webp\"}"))
                .isEqualTo(new ImageRequest(
                        new TemplateId("hero"), new TemplateData("{\"a\":{},\"b\":1}"), ImageFormat.WEBP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"template\":\"t\",\"data\":{}}",
                "{\"data\":{},\"template\":\"t\",\"format\":null}",
                " {\"\\u0064ata\" : { } , \"template\" : \"\\u0074\" } "
            })
    void theFormatIsPngUnlessNamed(String json) {
        assertThat(read(json))
                .isEqualTo(new ImageRequest(new TemplateId("t"), new TemplateData("{}"), ImageFormat.PNG));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "7.0, 7", "0.7e1, 7", "1e2, 100", "-0.0, 0", "2147483647, 2147483647", "null, 0"})
    void variantIsAnIntegerAndDefaultsToZero(String written, int variant) {
        assertThat(read("{\"template\":\"t\",\"data\":{},\"variant\":" + written + "}")
                        .variant())
                .isEqualTo(variant);
    }

    @Test
    void textIsUtf8() {
        assertThat(read("{\"template\":\"t\",\"data\":{\"a\":\"\u20ac\ud83d\ude00\"}}")
                        .data()
                        .json())
                .isEqualTo("{\"a\":\"\u20ac\ud83d\ude00\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                            | template",
                "{\"data\":{}}                                 | template",
                "{\"template\":1,\"data\":{}}                  | template",
                "{\"template\":null,\"data\":{}}               | template",
                "{\"template\":\"-\",\"data\":{}}              | template",
                "{\"template\":\"t\"}                          | data",
                "{\"template\":\"t\",\"data\":null}            | data",
                "{\"template\":\"t\",\"data\":[{}]}            | data",
                "{\"template\":\"t\",\"data\":{\"a\":1e999}}   | data",
                "{\"template\":\"t\",\"data\":{},\"format\":1} | format",
                "{\"template\":\"t\",\"data\":{},\"format\":\"svg\"} | format",
                "{\"template\":\"t\",\"data\":{},\"variant\":-1} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":1.5} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":1e-2} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":1e10} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":1e999999999} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":1e-999999999} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":2147483648} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":99999999999999999999} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":\"1\"} | variant",
                "{\"template\":\"t\",\"data\":{},\"variant\":true} | variant",
                "{\"template\":\"t\",\"data\":{},\"x\":1}      | body",
                "{\"template\":\"t\",\"data\":{},\"Data\":{}}  | body",
                "{\"template\":\"t\",\"data\":{},\"data\":{}}  | body",
                "{\"template\":\"t\",\"data\":{}} {}           | body",
                "{\"template\":\"t\",\"data\":{}                | body",
                "[]                                            | body",
                "null                                          | body"
            })
    void invalidMemberIsNamed(String json, String pointer) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read(json))
                .satisfies(refused -> assertThat(refused.pointer()).isEqualTo(pointer));
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[][] notUtf8 = {
            {(byte) 0xE9}, // Latin 1
            {(byte) 0xC0, (byte) 0xAF}, // an overlong slash
            {(byte) 0xED, (byte) 0xA0, (byte) 0xBD}, // half of a surrogate pair
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // above U+10FFFF
            {(byte) 0xE2, (byte) 0x82} // a character cut short
        };
        for (byte[] wrong : notUtf8) {
            String before = "{\"template\":\"t\",\"data\":{\"a\":\"";
            byte[] body = new byte[before.length() + wrong.length + 3];
            System.arraycopy(before.getBytes(StandardCharsets.UTF_8), 0, body, 0, before.length());
            System.arraycopy(wrong, 0, body, before.length(), wrong.length);
            System.arraycopy("\"}}".getBytes(StandardCharsets.UTF_8), 0, body, before.length() + wrong.length, 3);
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> ImageRequestReader.decode(body))
                    .satisfies(refused -> assertThat(refused.detail()).contains("UTF-8"));
        }
    }
}
