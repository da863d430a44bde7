package dev.afterimage.batch;

import dev.afterimage.catalogue.CatalogueRows;
import java.io.IOException;

/** A batch on its way in, read once and never held whole. */
public interface Upload {

    CatalogueRows rows() throws IOException;

    /** A hash of the upload and of all that gives it its meaning; reads what is left of it. */
    String hash() throws IOException;
}
