package dev.afterimage.catalogue;

import dev.afterimage.image.ImageRequest;

/** One entry of a catalogue. */
public sealed interface CatalogueRow {

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
