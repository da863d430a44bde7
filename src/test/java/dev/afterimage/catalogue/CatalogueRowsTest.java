package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CatalogueRowsTest {

    private static final Optional<TemplateId> EACH_ITS_OWN = Optional.empty();
    private static final Optional<TemplateId> CARD = Optional.of(new TemplateId("card"));

    @Nested
    class Csv {

        @Test
        void csvHeaderNamesTheDataAndADotNestsIt() {
            assertThat(csv(CARD, "title,author.name,author.born\nHello,Ada,1815\n"))
                    .containsExactly(
                            wanted(2, "card", "{\"title\":\"Hello\",\"author\":{\"name\":\"Ada\",\"born\":\"1815\"}}"));
        }

        @Test
        void csvColumnsMayNameTemplateAndFormat() {
            assertThat(csv(EACH_ITS_OWN, "title,template,format\nA,card,webp\nB,hero,\n"))
                    .containsExactly(
                            new CatalogueRow.Wanted(2, request("card", "{\"title\":\"A\"}", ImageFormat.WEBP)),
                            wanted(3, "hero", "{\"title\":\"B\"}"));
        }

        @Test
        void aColumnNamesTheVariant() {
            ImageRequest first = request("card", "{\"title\":\"A\"}", ImageFormat.PNG);
            assertThat(csv(CARD, "title,variant\nA,\nA,7\nA,red\nA,-1\nA,2147483648\n"))
                    .containsExactly(
                            new CatalogueRow.Wanted(2, first),
                            new CatalogueRow.Wanted(
                                    3, new ImageRequest(first.template(), first.data(), first.format(), 7)),
                            new CatalogueRow.Bad(4, "Write variant as a whole number from 0 to 2147483647."),
                            new CatalogueRow.Bad(5, "Write variant as a whole number from 0 to 2147483647."),
                            new CatalogueRow.Bad(6, "Write variant as a whole number from 0 to 2147483647."));
        }

        @Test
        void withATemplateForAllRowsAColumnNamedTemplateIsData() {
            assertThat(csv(CARD, "template\nx\n")).containsExactly(wanted(2, "card", "{\"template\":\"x\"}"));
        }

        @Test
        void csvValuesAreStrings() {
            assertThat(csv(CARD, "a,b,c,d\n1,true,null,\n"))
                    .containsExactly(wanted(2, "card", "{\"a\":\"1\",\"b\":\"true\",\"c\":\"null\",\"d\":\"\"}"));
        }

        @Test
        void excelsByteOrderMarkAndLineEndsAreUnderstood() {
            assertThat(csv(CARD, "\uFEFFtitle\r\nA\r\nB"))
                    .containsExactly(wanted(2, "card", "{\"title\":\"A\"}"), wanted(3, "card", "{\"title\":\"B\"}"));
        }

        @Test
        void quotedCellsMayHoldCommasQuotesAndLinesAndTheLineIsTheFirstOne() {
            assertThat(csv(CARD, "a,b\n\"x,\"\"y\"\"\",\"one\r\ntwo\nthree\"\n\nlast,line\n"))
                    .containsExactly(
                            wanted(2, "card", "{\"a\":\"x,\\\"y\\\"\",\"b\":\"one\\r\\ntwo\\nthree\"}"),
                            wanted(6, "card", "{\"a\":\"last\",\"b\":\"line\"}"));
        }

        @Test
        void aRowWithTooFewOrTooManyCellsIsBadAndTheRestGoesOn() {
            assertThat(csv(CARD, "a,b\n1\n1,2,3\n1,2\n"))
                    .containsExactly(
                            new CatalogueRow.Bad(2, "The row has 1 cell, the header has 2 cells."),
                            new CatalogueRow.Bad(3, "The row has 3 cells, the header has 2 cells."),
                            wanted(4, "card", "{\"a\":\"1\",\"b\":\"2\"}"));
        }

        @Test
        void strayQuotationMarkMakesOnlyItsLineBad() {
            List<CatalogueRow> rows = csv(CARD, "a,b\n\"x\"y,z\n\"x\"y\n1,2\n\"p\"q,\"r\ns\",t\n3,4\n");

            assertThat(rows)
                    .filteredOn(CatalogueRow.Bad.class::isInstance)
                    .extracting(CatalogueRow::line)
                    .contains(2, 3, 5);
            assertThat(rows).contains(wanted(4, "card", "{\"a\":\"1\",\"b\":\"2\"}"));
            assertThat(rows.getLast()).isInstanceOf(CatalogueRow.Wanted.class);
            assertThat(rows).extracting(CatalogueRow::line).doesNotHaveDuplicates();
        }

        @Test
        void aQuotationMarkThatIsNeverClosedIsABadRow() {
            assertThat(csv(CARD, "a\n1\n\"x\ny\n")).hasSize(2).last().isInstanceOf(CatalogueRow.Bad.class);
        }

        @Test
        void aRowWithoutATemplateIsBad() {
            assertThat(csv(EACH_ITS_OWN, "template,a\n,1\nno such name!,2\ncard,3\n"))
                    .extracting(Object::getClass)
                    .containsExactly(CatalogueRow.Bad.class, CatalogueRow.Bad.class, CatalogueRow.Wanted.class);
        }

        @Test
        void anUnknownFormatIsBad() {
            assertThat(csv(CARD, "format\nbmp\n"))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            CatalogueRow.Bad.class,
                            bad -> assertThat(bad.reason()).contains("png, jpeg, webp, gif"));
        }

        @Test
        void columnsThatContradictEachOtherAreRefused() {
            assertRefused(CARD, "a,a.b\n1,2\n", "'a.b'");
            assertRefused(CARD, "a.b,a\n1,2\n", "'a'");
            assertRefused(CARD, "a,a\n1,2\n", "twice");
            assertRefused(CARD, "a,,b\n1,2,3\n", "no name");
            assertRefused(CARD, "a.\n1\n", "no name");
            assertRefused(CARD, "a" + ".a".repeat(64) + "\n1\n", "64 levels");
            assertRefused(EACH_ITS_OWN, "title\nA\n", "'template'");
            assertRefused(EACH_ITS_OWN, "template;title\ncard;A\n", "commas");
            assertRefused(CARD, "", "empty");
        }

        @Test
        void csvThatIsNotUtf8IsRefused() {
            assertThatThrownBy(() -> read(
                            CatalogueFormat.CSV, CARD, "title\nBücher\n".getBytes(Charset.forName("windows-1252"))))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("UTF-8");
        }

        @Test
        void cellWithoutAClosingQuoteIsBoundedInMemory() {
            assertThatThrownBy(() -> csv(CARD, "a\n\"" + "x,\n".repeat(200_000)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("quotation mark");
        }

        private void assertRefused(Optional<TemplateId> template, String text, String hint) {
            assertThatThrownBy(() -> csv(template, text))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(hint);
        }
    }

    @Nested
    class Ndjson {

        @Test
        void everyNdjsonLineIsARequest() {
            assertThat(ndjson(
                            EACH_ITS_OWN,
                            "\uFEFF{\"template\":\"card\",\"data\":{\"n\":1}}\r\n\n{\"data\":{},\"template\":\"hero\","
                                    + "\"format\":\"gif\"}"))
                    .containsExactly(
                            wanted(1, "card", "{\"n\":1}"),
                            new CatalogueRow.Wanted(3, request("hero", "{}", ImageFormat.GIF)));
        }

        @Test
        void templateForAllIsUsedByLinesThatNameNone() {
            assertThat(ndjson(CARD, "{\"data\":{}}\n{\"template\":\"hero\",\"data\":{}}\n"))
                    .containsExactly(wanted(1, "card", "{}"), wanted(2, "hero", "{}"));
        }

        @Test
        void badNdjsonLineDoesNotStopTheOthers() {
            String text = "{\"template\":\"card\",\"data\":{\"a\":1,\"a\":2}}\n{\"template\n{\"data\":{}}\n"
                    + "{\"template\":\"card\",\"data\":{\"n\":9007199254740993}}\n[]\n{\"template\":\"card\",\"data\":{}}\n";

            assertThat(ndjson(EACH_ITS_OWN, text))
                    .extracting(Object::getClass)
                    .containsExactly(
                            CatalogueRow.Bad.class,
                            CatalogueRow.Bad.class,
                            CatalogueRow.Bad.class,
                            CatalogueRow.Bad.class,
                            CatalogueRow.Bad.class,
                            CatalogueRow.Wanted.class);
        }

        @Test
        void endlessNdjsonLineIsBadAndBoundedInMemory() {
            assertThat(ndjson(CARD, "{\"data\":{\"a\":\"" + "x".repeat(300_000) + "\"}}\n{\"data\":{}}\n"))
                    .containsExactly(
                            new CatalogueRow.Bad(1, "The line is larger than 256 KiB."), wanted(2, "card", "{}"));
        }

        @Test
        void ndjsonLineThatIsNotUtf8IsBad() {
            byte[] text = "{\"data\":{\"a\":\"ü\"}}\n{\"data\":{}}\n".getBytes(StandardCharsets.ISO_8859_1);

            assertThat(read(CatalogueFormat.NDJSON, CARD, text))
                    .containsExactly(new CatalogueRow.Bad(1, "The line is not UTF-8."), wanted(2, "card", "{}"));
        }
    }

    @Nested
    class Json {

        @Test
        void jsonArrayOrObjectWithJobsIsReadAndNumberedByPosition() {
            String array = "[{\"template\":\"card\",\"data\":{\"b\":[1,2.50,\"x\",null,true,{}],\"a\":{}}},"
                    + "{\"template\":\"hero\",\"data\":{}}]";
            List<CatalogueRow> expected =
                    List.of(wanted(1, "card", "{\"a\":{},\"b\":[1,2.5,\"x\",null,true,{}]}"), wanted(2, "hero", "{}"));

            assertThat(json(array)).isEqualTo(expected);
            assertThat(json("{\"jobs\":" + array + "}")).isEqualTo(expected);
        }

        @Test
        void badJsonElementDoesNotStopTheOthers() {
            String deep = "[".repeat(100) + "]".repeat(100);
            assertThat(json("[{\"template\":\"card\",\"data\":{\"a\":1,\"a\":2}},7,{\"data\":{}},"
                            + "{\"template\":\"card\",\"data\":{\"n\":1e999}},"
                            + "{\"template\":\"card\",\"data\":{\"n\":9007199254740993}},"
                            + "{\"template\":\"card\",\"data\":{\"s\":\"\\ud800\"}},"
                            + "{\"template\":\"card\",\"data\":{\"n\":" + deep + "}},"
                            + "{\"template\":\"card\",\"data\":{\"s\":\"" + "x".repeat(300_000) + "\"}},"
                            + "{\"template\":\"card\",\"data\":{}}]"))
                    .hasSize(9)
                    .satisfies(rows -> assertThat(rows.subList(0, 8)).allMatch(CatalogueRow.Bad.class::isInstance))
                    .last()
                    .isEqualTo(wanted(9, "card", "{}"));
        }

        @Test
        void aJobThatIsLargerOrDeeperThanAParserTakesIsABadRow() {
            String deep = "[".repeat(100_000) + "]".repeat(100_000);
            assertThat(json("[" + job("\"a\":\"" + "x\\\"]}".repeat(500_000) + "\"") + ","
                            + job("\"" + "n".repeat(60_000) + "\":1") + ","
                            + job("\"" + "n".repeat(2_000_000) + "\":1") + ","
                            + job("\"a\":" + "9".repeat(2_000)) + ","
                            + job("\"a\":" + "9".repeat(2_000_000)) + ","
                            + job("\"a\":" + deep) + ","
                            + "[".repeat(1_000_000) + "]".repeat(1_000_000) + ","
                            + "{\"template\":\"card\",\"data\":{}}]"))
                    .hasSize(8)
                    .satisfies(rows -> assertThat(rows.subList(0, 7)).allMatch(CatalogueRow.Bad.class::isInstance))
                    .last()
                    .isEqualTo(wanted(8, "card", "{}"));
        }

        @Test
        void whiteSpaceBetweenTokensDoesNotCount() {
            String space = " \n\t\r".repeat(100_000);
            assertThat(json(space + "{" + space + "\"jobs\"" + space + ":" + space + "[" + space
                            + "{\"template\":\"card\"," + space + "\"data\":" + space + "{\"a b\":\" x  y \"" + space
                            + "}}" + space + "]" + space + "}" + space))
                    .containsExactly(wanted(1, "card", "{\"a b\":\" x  y \"}"));
        }

        @Test
        void theCallbackStandsBeforeOrAfterTheJobsOnce() throws IOException {
            String jobs = "\"j\\u006fbs\":[{\"template\":\"card\",\"data\":{}}]";
            String callback = "\"callback\":\"https://shop.example/\\u0061\"";
            for (String document : List.of("{" + callback + "," + jobs + "}", "{" + jobs + " , " + callback + "}")) {
                try (CatalogueRows rows = CatalogueFormat.JSON.open(
                        new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8)), EACH_ITS_OWN)) {
                    assertThat(rows.next(9)).containsExactly(wanted(1, "card", "{}"));
                    assertThat(rows.callback()).contains("https://shop.example/a");
                }
            }
            assertThatThrownBy(() -> json("{" + callback + "," + jobs + "," + callback + "}"))
                    .isInstanceOf(InvalidRequestException.class);
        }

        private static String job(String data) {
            return "{\"template\":\"card\",\"data\":{" + data + "}}";
        }

        @Test
        void malformedJsonDocumentIsRefused() {
            String good = "{\"template\":\"card\",\"data\":{}}";
            for (String malformed : List.of(
                    good + good,
                    good + ",",
                    "," + good,
                    good + "," + good.replace(",", ""),
                    good.replace("card\"", "card") + "," + good,
                    good.replace("{}", "[}"),
                    "{\"template\":\"card\",\"data\":{\"n\":1 2}}",
                    "tru",
                    "\"\\x\"",
                    good + ":" + good)) {
                assertThatThrownBy(() -> json("[" + malformed + "]"))
                        .as(malformed)
                        .isInstanceOf(InvalidRequestException.class);
            }
            assertThatThrownBy(() -> json("[" + good + ",\n  " + good + " 7]"))
                    .hasMessageContaining("line 2, column 33, with 2 jobs before");
            assertThatThrownBy(() -> json("{\"jobs\":[{\"template\":\"card\",\"data\":{}},{\"template"))
                    .isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> json("{\"jobs\":[")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> json("{\"jobs\":{}}")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> json("{\"work\":[]}")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> json("{\"jobs\":[],\"x\":1}")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> json("[] []")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> json("")).isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void formatFollowsFromTheFileExtension() {
        assertThat(CatalogueFormat.ofFileName("s3://b/a.CSV")).contains(CatalogueFormat.CSV);
        assertThat(CatalogueFormat.ofFileName("a.jsonl")).contains(CatalogueFormat.NDJSON);
        assertThat(CatalogueFormat.ofFileName("a.json")).contains(CatalogueFormat.JSON);
        assertThat(CatalogueFormat.ofFileName("a.xlsx")).isEmpty();
    }

    private static List<CatalogueRow> csv(Optional<TemplateId> template, String text) {
        return read(CatalogueFormat.CSV, template, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<CatalogueRow> ndjson(Optional<TemplateId> template, String text) {
        return read(CatalogueFormat.NDJSON, template, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<CatalogueRow> json(String text) {
        return read(CatalogueFormat.JSON, EACH_ITS_OWN, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<CatalogueRow> read(CatalogueFormat format, Optional<TemplateId> template, byte[] text) {
        InputStream in = new ByteArrayInputStream(text);
        try (CatalogueRows rows = format.open(in, template)) {
            return rows.next(Integer.MAX_VALUE >> 8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static CatalogueRow wanted(int line, String template, String data) {
        return new CatalogueRow.Wanted(line, request(template, data, ImageFormat.PNG));
    }

    private static ImageRequest request(String template, String data, ImageFormat format) {
        return new ImageRequest(new TemplateId(template), TemplateData.of(data), format);
    }
}
