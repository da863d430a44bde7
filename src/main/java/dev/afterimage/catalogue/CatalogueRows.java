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
     *     encoding, the JSON around the rows), so that no row after this point can be told from another
     * @throws IOException when the source fails
     */
    Optional<CatalogueRow> next() throws IOException;

    /** The next so many rows; fewer at the end. Fails as {@link #next} does. */
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

    /** The text of a {@code callback} that stands beside the rows, as far as they have been read. */
    default Optional<String> callback() {
        return Optional.empty();
    }

    @Override
    void close() throws IOException;

    /** One entry of a catalogue. */
    sealed interface CatalogueRow {

        /** Characters that one row may take; larger ones are bad rows, so that a missing quotation mark cannot fill memory. */
        int MAX_CHARACTERS = 256 * 1024;

        /**
         * Where it stands, from 1: the line on which it begins, or in a JSON document its place in the array. Rises from row to
         * row.
         */
        int line();

        /** An image to be made. */
        record Wanted(int line, ImageRequest request) implements CatalogueRow {}

        /**
         * Something else.
         *
         * @param reason how to mend it; doesn't repeat data values
         */
        record Bad(int line, String reason) implements CatalogueRow {}
    }
}
