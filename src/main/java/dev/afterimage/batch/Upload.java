package dev.afterimage.batch;

import dev.afterimage.catalogue.CatalogueRows;
import java.io.IOException;
import java.util.Optional;

/** A batch on its way in, read once and never held whole. */
public interface Upload {

    /** Where its caller wants to be told that the batch has ended, as it was written beside the upload. */
    default Optional<String> callback() {
        return Optional.empty();
    }

    CatalogueRows rows() throws IOException;

    /** A hash of the upload and of all that gives it its meaning; reads what is left of it. */
    String hash() throws IOException;
}
