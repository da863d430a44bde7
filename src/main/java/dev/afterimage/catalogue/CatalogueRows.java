package dev.afterimage.catalogue;

import dev.afterimage.image.ImageRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of one catalogue, one at a time. */
public interface CatalogueRows extends AutoCloseable {

    /**
     * The next row, or empty at the end.
     *
     * @throws dev.afterimage.image.InvalidRequestException when the catalogue as a whole cannot be read (its header, its
     *     encoding, the JSON around the rows), so that it is not known where its further rows begin
     * @throws IOException when the source fails
     */
    Optional<CatalogueRow> next() throws IOException;

    /** The next {@code max} rows; fewer at the end. Fails as {@link #next()} does. */
    default List<CatalogueRow> next(int max) throws IOException {
        List<CatalogueRow> rows = new ArrayList<>(Math.min(max, 1024));
        while (rows.size() < max) {
            Optional<CatalogueRow> row = next();
            if (row.isEmpty()) {
                break;
            }
            rows.add(row.get());
        }
        return rows;
    }

    /** The member {@code callback} of a JSON document; empty where there is none, or before it has been read. */
    default Optional<String> callback() {
        return Optional.empty();
    }

    @Override
    void close() throws IOException;

    /** One entry of a catalogue. */
    sealed interface CatalogueRow {

        /** The most characters of a row. A larger row is a bad one, so that a missing quotation mark cannot fill memory. */
        int MAX_CHARACTERS = 256 * 1024;

        /**
         * The line on which the row begins, from 1; in a JSON document its place in the array. Rises from row to row.
         */
        int line();

        /** An image to be made. */
        record Wanted(int line, ImageRequest request) implements CatalogueRow {}

        /**
         * A row of which no image can be made: it cannot be read, its template is not declared, or its data is too large.
         *
         * @param reason how to mend it; does not repeat data values
         */
        record Bad(int line, String reason) implements CatalogueRow {}
    }
}
