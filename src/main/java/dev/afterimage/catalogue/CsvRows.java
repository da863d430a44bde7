package dev.afterimage.catalogue;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * RFC 4180 with a header row (see {@link CsvHeader}). A row's line is the one on which it begins; empty lines are counted
 * but are no rows. A line with a stray quotation mark is a bad row, and reading goes on with the next line.
 */
final class CsvRows implements CatalogueRows {

    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

    private final RowLimit limit;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final CsvHeader header;
    private final Optional<TemplateId> templateForAll;

    /** The last line on which the parser failed; the rest of that line, which it reads next, is no row. */
    private int failedLine;

    private CsvRows(RowLimit limit, CSVParser parser, Optional<TemplateId> templateForAll) throws IOException {
        this.limit = limit;
        this.parser = parser;
        this.records = parser.iterator();
        this.templateForAll = templateForAll;
        try {
            if (!records.hasNext()) {
                throw new InvalidRequestException("The CSV is empty; begin with a header row.", "header");
            }
            List<String> names = records.next().stream().map(String::strip).toList();
            this.header = CsvHeader.of(names, templateForAll.isPresent());
        } catch (UncheckedIOException e) {
            throw asUnreadableFile(e);
        }
    }

    static CsvRows open(Reader text, Optional<TemplateId> templateForAll) throws IOException {
        RowLimit limit = new RowLimit(text);
        CSVParser parser =
                CSVParser.builder().setReader(limit).setFormat(FORMAT).get();
        return new CsvRows(limit, parser, templateForAll);
    }

    @Override
    public Optional<CatalogueRow> next() throws IOException {
        while (true) {
            limit.beginRow();
            try {
                if (!records.hasNext()) {
                    return Optional.empty();
                }
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof CSVException)) {
                    throw asUnreadableFile(e);
                }
                int line = (int) parser.getCurrentLineNumber();
                if (line != failedLine) {
                    failedLine = line;
                    return Optional.of(new CatalogueRow.Bad(
                            line,
                            "A quotation mark is misplaced or has no partner; inside a quoted cell write it twice."));
                }
                continue;
            }
            CSVRecord cells = records.next();
            int line = firstLine(cells);
            if (line != failedLine) {
                return Optional.of(row(line, cells.toList()));
            }
        }
    }

    private CatalogueRow row(int line, List<String> cells) {
        if (cells.size() != header.columns()) {
            return new CatalogueRow.Bad(
                    line, "The row has " + cells(cells.size()) + ", the header has " + cells(header.columns()) + ".");
        }
        if (cells.stream().mapToLong(String::length).sum() > CatalogueRow.MAX_CHARACTERS) {
            return new CatalogueRow.Bad(line, "The row is larger than 256 KiB.");
        }
        try {
            TemplateId template = templateForAll.orElseGet(
                    () -> new TemplateId(cells.get(header.template().orElseThrow())));
            String word = cell(cells, header.format());
            ImageFormat format = word.isEmpty() ? ImageFormat.PNG : ImageFormat.named(word);
            String variant = cell(cells, header.variant());
            return new CatalogueRow.Wanted(
                    line,
                    new ImageRequest(
                            template,
                            TemplateData.of(header.json(cells)),
                            format,
                            variant.isEmpty() ? 0 : ImageRequestReader.variant(variant)));
        } catch (InvalidRequestException e) {
            return new CatalogueRow.Bad(line, e.detail());
        }
    }

    private static String cell(List<String> cells, OptionalInt column) {
        return column.isEmpty() ? "" : cells.get(column.getAsInt());
    }

    private static String cells(int count) {
        return count == 1 ? "1 cell" : count + " cells";
    }

    /** The line on which the record begins. The parser tells where it ends, and its cells may hold line ends. */
    private int firstLine(CSVRecord record) {
        long inside = 0;
        for (String cell : record) {
            inside += cell.isEmpty() ? 0 : lineEnds(cell);
        }
        return (int) (parser.getCurrentLineNumber() - inside);
    }

    private static int lineEnds(String cell) {
        int count = 0;
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            if (c == '\n' || (c == '\r' && (i + 1 == cell.length() || cell.charAt(i + 1) != '\n'))) {
                count++;
            }
        }
        return count;
    }

    private static InvalidRequestException asUnreadableFile(UncheckedIOException e) throws IOException {
        if (e.getCause() instanceof RowLimit.Exceeded) {
            return new InvalidRequestException(
                    "A row is larger than 256 KiB; a quotation mark may have no partner.", "body");
        }
        if (e.getCause() instanceof CSVException) {
            return new InvalidRequestException("The header row is not valid CSV (RFC 4180).", "header");
        }
        if (e.getCause() instanceof CharacterCodingException) {
            return CatalogueFormat.notUtf8();
        }
        throw new IOException("the catalogue cannot be read", e);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** Stops a reader that swallows the rest of a file as one row, as it does when a closing quotation mark is missing. */
    private static final class RowLimit extends FilterReader {

        /** The row is too large to go on. */
        static final class Exceeded extends IOException {}

        /** Buffers above this class read ahead by a few thousand characters. */
        private static final int SLACK = 32 * 1024;

        private long left;

        RowLimit(Reader in) {
            super(in);
            beginRow();
        }

        void beginRow() {
            left = (long) CatalogueRow.MAX_CHARACTERS + SLACK;
        }

        @Override
        public int read() throws IOException {
            int c = super.read();
            spend(c < 0 ? 0 : 1);
            return c;
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            spend(Math.max(0, count));
            return count;
        }

        private void spend(int characters) throws IOException {
            left -= characters;
            if (left < 0) {
                throw new Exceeded();
            }
        }
    }
}
