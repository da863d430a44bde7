package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are read without losing or inventing a row, and every row knows its line. */
class CatalogueRowsFuzz {

    private static final Optional<TemplateId> CARD = Optional.of(new TemplateId("card"));
    /** Without limits to size and depth: a job that exceeds Jackson's is a row as well. */
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What was read of an upload. */
    private record Reading(List<CatalogueRow> rows, boolean whole) {

        static Reading of(CatalogueFormat format, byte[] upload, Optional<TemplateId> template) throws IOException {
            List<CatalogueRow> rows = new ArrayList<>();
            try (CatalogueRows in = format.open(new ByteArrayInputStream(upload), template)) {
                for (Optional<CatalogueRow> row = in.next(); row.isPresent(); row = in.next()) {
                    rows.add(row.get());
                }
                assertThat(in.next()).isEmpty();
                return new Reading(rows, true);
            } catch (InvalidRequestException e) {
                assertThat(e.detail()).isNotBlank();
                return new Reading(rows, false);
            } finally {
                assertThat(rows)
                        .filteredOn(CatalogueRow.Bad.class::isInstance)
                        .allSatisfy(row ->
                                assertThat(((CatalogueRow.Bad) row).reason()).isNotBlank());
            }
        }

        List<Integer> lines() {
            return rows.stream().map(CatalogueRow::line).toList();
        }
    }

    @FuzzTest
    void csv(byte[] upload) throws IOException {
        Reading own = Reading.of(CatalogueFormat.CSV, upload, Optional.empty());
        Reading given = Reading.of(CatalogueFormat.CSV, upload, CARD);

        for (Reading reading : List.of(own, given)) {
            List<Integer> lines = reading.lines();
            assertThat(lines).isSorted().doesNotHaveDuplicates().allMatch(line -> line > 1);
            if (!reading.whole()) {
                continue;
            }
            // By bytes: none of these stands inside another character in UTF-8.
            String text = new String(upload, StandardCharsets.ISO_8859_1);
            if (text.indexOf('"') < 0) {
                List<Integer> filled = filledLines(text);
                assertThat(lines).isEqualTo(filled.subList(1, filled.size()));
            } else {
                assertThat(lines.size()).isLessThanOrEqualTo(filledLines(text).size());
            }
        }
    }

    /** The lines that are not empty, from 1; the end of a line is LF, CRLF or CR. */
    private static List<Integer> filledLines(String text) {
        String content = text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text;
        String[] lines = content.split("\r\n|\r|\n", -1);
        return IntStream.range(0, lines.length)
                .filter(i -> !lines[i].isEmpty())
                .mapToObj(i -> i + 1)
                .toList();
    }

    @FuzzTest
    void ndjson(byte[] upload) throws IOException {
        Reading reading = Reading.of(CatalogueFormat.NDJSON, upload, CARD);

        assertThat(reading.whole()).isTrue();
        assertThat(reading.lines()).isEqualTo(ndjsonLines(upload));
    }

    /** The lines that are not blank, from 1; what is no text is not blank. */
    private static List<Integer> ndjsonLines(byte[] upload) {
        List<Integer> lines = new ArrayList<>();
        int start = 0;
        for (int line = 1; start <= upload.length; line++) {
            int end = start;
            while (end < upload.length && upload[end] != '\n') {
                end++;
            }
            if (!isBlank(ByteBuffer.wrap(upload, start, end - start), line == 1)) {
                lines.add(line);
            }
            start = end + 1;
        }
        return lines;
    }

    private static boolean isBlank(ByteBuffer line, boolean first) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(line).toString();
            return (first ? text.replaceFirst("^\uFEFF", "") : text).isBlank();
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @FuzzTest
    void jobs(byte[] upload) throws IOException {
        Reading reading = Reading.of(CatalogueFormat.JSON, upload, CARD);

        assertThat(reading.lines())
                .isEqualTo(
                        IntStream.rangeClosed(1, reading.rows().size()).boxed().toList());
        if (reading.whole()) {
            assertThat(reading.rows()).hasSize(jobsIn(upload).size());
        }
    }

    private static JsonNode jobsIn(byte[] upload) throws IOException {
        String text = new String(upload, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", "");
        JsonNode document = JSON.readTree(text);
        return document.isArray() ? document : document.get("jobs");
    }

    @ParameterizedTest
    @Timeout(60)
    @MethodSource("large")
    void largeInput(String upload) throws IOException {
        byte[] bytes = upload.getBytes(StandardCharsets.UTF_8);
        csv(bytes);
        ndjson(bytes);
        jobs(bytes);
    }

    static Stream<String> large() {
        String job = "{\"template\":\"t\",\"data\":{}}";
        return Stream.of(
                // CSV: cells, columns, rows, quotation marks, nesting
                "template,a\nt," + "x".repeat(1_000_000) + "\nt,1\n",
                "template,a\nt,\"" + "x".repeat(1_000_000) + "\"\nt,1\n",
                "template,a\nt,\"" + "x\n".repeat(500_000),
                "template,a\nt,\"" + "\"\"".repeat(100_000) + "\"\nt,1\n",
                "template,a\n" + "\"".repeat(100_001) + "\nt,1\n",
                "template,a\n" + "t,\"x\"y\n".repeat(20_000),
                "template,a\n" + "\n".repeat(100_000) + "t,1\n",
                "template,a\nt" + ",1".repeat(100_000) + "\nt,1\n",
                "template," + columns(100_000) + "\nt" + ",1".repeat(100_000) + "\n",
                "template," + columns(20_000) + "\n" + ("t" + ",1".repeat(20_000) + "\n").repeat(3),
                "template," + "a.".repeat(100_000) + "a\nt,1\n",
                "template," + "a.".repeat(20_000) + "a\nt,1\nt,2\n",
                // JSON, in lines and in one document
                job + "\n" + "{\"template\":\"t\",\"data\":{\"a\":\"" + "x".repeat(1_000_000) + "\"}}\n" + job,
                " ".repeat(256 * 1024 - job.length()) + job + "\n" + job,
                " ".repeat(256 * 1024 + 1 - job.length()) + job + "\n" + job,
                "\n".repeat(300_000) + job,
                "[".repeat(100_000) + "\n" + job,
                "[" + job + "," + "[".repeat(2_000) + "]".repeat(2_000) + "," + job + "]",
                "[" + job + ",{\"data\":{\"a\":\"" + "x".repeat(1_000_000) + "\"}}," + job + "]",
                "[" + job + ",{\"data\":{\"a\":" + "9".repeat(1_000_000) + "}}," + job + "]",
                "[" + job + ",{\"data\":{\"" + "n".repeat(60_000) + "\":1}}," + job + "]",
                "[" + String.join(",", Collections.nCopies(50_000, "1")) + "]");
    }

    private static String columns(int count) {
        return IntStream.range(0, count).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    }
}
