package dev.afterimage.catalogue;

import dev.afterimage.image.TemplateId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The spellings of a catalogue. All are UTF-8, with or without a byte order mark. */
public enum CatalogueFormat {
    /** RFC 4180; the first record names the columns. See {@link CsvRows}. */
    CSV("text/csv"),
    /** A JSON object a line. See {@link NdjsonRows}. */
    NDJSON("application/x-ndjson"),
    /** A JSON array of objects, or an object whose {@code jobs} is one. See {@link JsonRows}. */
    JSON("application/json");

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

    /** The format that a file's ending tells; empty when it tells none. */
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
     * Opens a stream, which is closed with the rows.
     *
     * @param templateForAll the template of rows that name none; in CSV, the template of every row
     * @throws dev.afterimage.image.InvalidRequestException when the header cannot be used
     */
    public CatalogueRows open(InputStream in, Optional<TemplateId> templateForAll) throws IOException {
        return switch (this) {
            case CSV -> CsvRows.open(in, templateForAll);
            case NDJSON -> new NdjsonRows(in, templateForAll);
            case JSON -> JsonRows.open(in, templateForAll);
        };
    }
}
