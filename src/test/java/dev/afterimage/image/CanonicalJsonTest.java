package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors of RFC 8785, and what this class refuses on top of it. */
class CanonicalJsonTest {

    private static String canonical(String json) {
        return CanonicalJson.readData(json).json();
    }

    private static String canonicalValue(String value) {
        String document = canonical("{\"v\":" + value + "}");
        return document.substring("{\"v\":".length(), document.length() - 1);
    }

    // ---- RFC 8785, sections 3.2.1 to 3.2.3 ----

    @Test
    void theSampleOfTheRfc() {
        assertThat(canonical("""
                        {
                          "numbers": [333333333.33333329, 1E30, 4.50,
                                      2e-3, 0.000000000000000000000000001],
                          "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                          "literals": [null, true, false]
                        }"""))
                .isEqualTo("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void theSortingSampleOfTheRfc() {
        assertThat(canonical("""
                        {
                          "\\u20ac": "Euro Sign",
                          "\\r": "Carriage Return",
                          "\\ufb33": "Hebrew Letter Dalet With Dagesh",
                          "1": "One",
                          "\\ud83d\\ude00": "Emoji: Grinning Face",
                          "\\u0080": "Control",
                          "\\u00f6": "Latin Small Letter O With Diaeresis"
                        }"""))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
                        + "\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    // ---- RFC 8785, appendix B; what the table calls an integer is spelled as a decimal where it is not exact ----

    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void theNumbersOfTheRfc(String bits, String text) {
        double number = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
        assertThat(canonicalValue(
                        new java.math.BigDecimal(number).toString().contains("E") || number != Math.rint(number)
                                ? Double.toString(number)
                                : new java.math.BigDecimal(number).toPlainString() + ".0"))
                .isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "-0.0, 0",
        "0e99, 0",
        "1.0, 1",
        "10e-1, 1",
        "100, 100",
        "1e2, 100",
        "-1.50E+1, -15",
        "999999999999999, 999999999999999",
        "1000000000000000, 1000000000000000",
        "9007199254740991, 9007199254740991",
        "9007199254740992, 9007199254740992",
        "9007199254740994, 9007199254740994",
        "-9007199254740992, -9007199254740992",
        "100000000000000000000, 100000000000000000000",
        "1000000000000000000000, 1e+21",
        "1e21, 1e+21",
        "1e-400, 0",
        "0.1, 0.1",
        "0.1000000000000000055511151231257827, 0.1",
        "9007199254740993.0, 9007199254740992"
    })
    void spellingsOfANumberAreEqual(String spelling, String canonical) {
        assertThat(canonicalValue(spelling)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "-9007199254740993",
                "9007199254740995",
                "100000000000000000001",
                "99999999999999999999999",
                "1e309",
                "-1e309",
                "1.8e308"
            })
    void aNumberThatADoubleCannotHoldIsRefused(String number) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonicalValue(number))
                .satisfies(refused -> assertThat(refused.detail()).doesNotContain(number))
                .satisfies(refused -> assertThat(refused.pointer()).isEqualTo("data"));
    }

    @Test
    void anIntegerOf310DigitsOverflows() {
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> canonicalValue("9".repeat(310)));
    }

    @Test
    void numberOfThousandsOfDigitsIsRefusedUnparsed() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonicalValue("0." + "1".repeat(5_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "01", "-", "+1", ".5", "1.", "1e", "0x1", "1_000"})
    void malformedNumberIsRefused(String number) {
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> canonicalValue(number));
    }

    // ---- Strings: RFC 8785, section 3.2.2.2 ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"\\u0008\\u0009\\u000A\\u000C\\u000D\" | \"\\b\\t\\n\\f\\r\"",
                "\"\\u0000\\u001F\\u000b\"               | \"\\u0000\\u001f\\u000b\"",
                "\"\\/\\u002F\"                          | \"//\"",
                "\"\\u0022\\u005C\"                      | \"\\\"\\\\\"",
                "\"\\u007f\\u2028\"                      | \"\u007f\u2028\"",
                "\"\\uD83D\\uDE00\"                      | \"\ud83d\ude00\"",
                "\"\\u00e9\"                             | \"\u00e9\"",
                "\"e\\u0301\"                            | \"e\u0301\""
            })
    void spellingsOfAStringAreEqual(String spelling, String canonical) {
        assertThat(canonicalValue(spelling)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"\\ud83d\"", "\"\\ude00\"", "\"\\ude00\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\ud83d\\ude00\""})
    void halfOfASurrogatePairIsRefused(String text) {
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> canonicalValue(text));
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> canonicalValue("{" + text + ":1}"));
    }

    @Test
    void halfOfASurrogatePairIsRefusedUnescapedToo() {
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> canonicalValue("\"\ud83d\""));
    }

    // ---- Structure ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                  | {}",
                "{\"a\":[]}                          | {\"a\":[]}",
                "{\"b\":1,\"a\":2}                   | {\"a\":2,\"b\":1}",
                "{\"b\":{\"d\":1,\"c\":[{\"z\":0,\"y\":0}]},\"a\":2} | {\"a\":2,\"b\":{\"c\":[{\"y\":0,\"z\":0}],\"d\":1}}",
                "{\"aa\":1,\"a\":2,\"\":3}           | {\"\":3,\"a\":2,\"aa\":1}",
                "{\"a\":[3,1,2]}                     | {\"a\":[3,1,2]}",
                "{\"c\":1,\"a\":2,\"b\":3}           | {\"a\":2,\"b\":3,\"c\":1}"
            })
    void propertiesAreSortedAndArraysAreNot(String json, String canonical) {
        assertThat(canonical(json)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "1",
                "\"a\"",
                "null",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":[1,]}",
                "{\"a\":[1",
                "{\"a\":{",
                "{} {}",
                "{}x",
                "{}]",
                "{\"a\":1 \"b\":2}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":tru}",
                "{\"a\":1}//",
                "/**/{}",
                "\uFEFF{}"
            })
    void bodyMustBeOneJsonObject(String json) {
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> canonical(json));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
                "{\"x\":[{\"a\":1,\"a\":2}]}"
            })
    void duplicateNameIsRefused(String json) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonical(json))
                .satisfies(refused -> assertThat(refused.detail()).contains("twice", "line 1"));
    }

    @Test
    void whiteSpaceIsInsignificant() {
        assertThat(canonical("\r\n\t { \t\"a\"\n:\r[ 1 ,\n2 ] } \n")).isEqualTo("{\"a\":[1,2]}");
    }

    /** 2^68 and its like: RFC 8785 writes them with digits that no double has. */
    @Test
    void canonicalFormParsesToItself() {
        assertThat(canonicalValue("295147905179352825856")).isEqualTo("295147905179352830000");
        assertThat(canonicalValue("295147905179352830000")).isEqualTo("295147905179352830000");
        assertThat(canonicalValue("-108997188103953420")).isEqualTo("-108997188103953420");
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonicalValue("295147905179352830001"));
    }

    @Test
    void aNameMayStandInDifferentObjects() {
        assertThat(canonical("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}"))
                .isEqualTo("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}");
    }

    @Test
    void sixtyFourLevelsAreRead() {
        String deepest = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
        assertThat(canonical(deepest)).isEqualTo(deepest);
        String objects = "{\"a\":".repeat(64) + "1" + "}".repeat(64);
        assertThat(canonical(objects)).isEqualTo(objects);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 72, 100_000})
    void moreLevelsAreRefused(int arrays) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonical("{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}"))
                .satisfies(refused -> assertThat(refused.detail()).contains("64"));
    }

    /** Objects count like arrays; up to 72 levels Jackson itself would read them. */
    @ParameterizedTest
    @ValueSource(ints = {65, 66, 72})
    void moreLevelsOfObjectsAreRefused(int objects) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonical("{\"a\":".repeat(objects) + "1" + "}".repeat(objects)))
                .satisfies(refused -> assertThat(refused.detail()).contains("64"));
    }

    @Test
    void aRefusalNamesThePlaceAndNotTheValue() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonical("{\n  \"secret\": hidden\n}"))
                .satisfies(refused -> assertThat(refused.detail())
                        .contains("line 2")
                        .doesNotContain("secret")
                        .doesNotContain("hidden"));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> canonical("{\n  \"secret\": 9007199254740993\n}"))
                .satisfies(refused ->
                        assertThat(refused.detail()).contains("line 2").doesNotContain("secret"));
    }

    @Test
    void namesWithCollidingHashesAreReadInLinearTime() {
        StringBuilder json = new StringBuilder("{");
        // "Aa" and "BB" have one hash code, and so has every string made of them.
        for (int i = 0; i < 2_048; i++) {
            json.append(i == 0 ? "\"" : ",\"");
            for (int bit = 0; bit < 11; bit++) {
                json.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            json.append("\":").append(i);
        }
        assertThat(canonical(json.append('}').toString())).hasSize(json.length());
    }

    @Test
    void quotingIsTheSameAsInDocuments() {
        assertThat(CanonicalString.quote("a\"\n\u0001\u20ac")).isEqualTo("\"a\\\"\\n\\u0001\u20ac\"");
    }
}
