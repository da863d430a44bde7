package dev.afterimage.batch;

import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.image.InvalidRequestException;
import java.io.IOException;
import java.util.Optional;

/**
 * The rows of an upload, for a batch or for its dry run: reading fails at a row after the last line that a batch may have.
 * Redis keeps a row's outcome at the offset of its line, so a single high line would take the memory of all lines below it.
 */
public record LimitedRows(CatalogueRows rows) implements CatalogueRows {

    private static final int LAST_LINE = 10_000_000;

    @Override
    public Optional<CatalogueRow> next() throws IOException {
        Optional<CatalogueRow> row = rows.next();
        if (row.isPresent() && row.get().line() > LAST_LINE) {
            throw new InvalidRequestException(
                    "A batch has at most 10,000,000 lines, empty ones included, and a longer one is cancelled. Send all"
                            + " of its rows again, in parts of at most so many lines.",
                    "body");
        }
        return row;
    }

    @Override
    public Optional<String> callback() {
        return rows.callback();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
