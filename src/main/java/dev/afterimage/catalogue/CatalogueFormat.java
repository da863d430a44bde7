package dev.afterimage.catalogue;

import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The file formats of a catalogue. All are UTF-8, with or without a byte order mark. */
public enum CatalogueFormat {
    /** RFC 4180; the first record names the columns. See {@link CsvRows}. */
    CSV("text/csv"),
    /** A JSON object a line. See {@link NdjsonRows}. */
    NDJSON("application/x-ndjson"),
    /** A JSON array of objects, or an object whose {@code jobs} is one. See {@link JsonRows}. */
    JSON("application/json");

    static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String contentType;

    CatalogueFormat(String contentType) {
        this.contentType = contentType;
    }

    public String contentType() {
        return contentType;
    }

    /** The format with this media type, parameters ignored; empty when it is another. */
    public static Optional<CatalogueFormat> ofContentType(String contentType) {
        String essence = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.contentType.equals(essence))
                .findFirst();
    }

    /** The format by the ending of a file's name; empty where the ending is unknown. */
    public static Optional<CatalogueFormat> ofFileName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return Optional.of(CSV);
        }
        if (lower.endsWith(".ndjson") || lower.endsWith(".jsonl")) {
            return Optional.of(NDJSON);
        }
        return lower.endsWith(".json") ? Optional.of(JSON) : Optional.empty();
    }

    /**
     * Reads a stream as rows; closing the rows closes it.
     *
     * @param templateForAll the template of rows that name none; in CSV, the template of every row
     * @throws InvalidRequestException when the header cannot be used, or the text is not UTF-8
     */
    public CatalogueRows open(InputStream in, Optional<TemplateId> templateForAll) throws IOException {
        return switch (this) {
            case CSV -> CsvRows.open(utf8(in), templateForAll);
            case NDJSON -> new NdjsonRows(in, templateForAll);
            case JSON -> JsonRows.open(utf8(in), templateForAll);
        };
    }

    /** Decodes strictly: Java's own readers would put U+FFFD for what is not UTF-8. A byte order mark is left out. */
    private static Reader utf8(InputStream in) throws IOException {
        Reader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        try {
            reader.mark(1);
            if (reader.read() != BYTE_ORDER_MARK) {
                reader.reset();
            }
            return reader;
        } catch (CharacterCodingException e) {
            throw notUtf8();
        }
    }

    static InvalidRequestException notUtf8() {
        return new InvalidRequestException("The text is not UTF-8; save it as UTF-8 and send it again.", "body");
    }
}
