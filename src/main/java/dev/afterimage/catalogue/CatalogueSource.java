package dev.afterimage.catalogue;

import java.io.IOException;
import java.io.InputStream;

/** Port: where catalogues lie. */
@FunctionalInterface
public interface CatalogueSource {

    /**
     * Opens a catalogue for reading from its beginning.
     *
     * @param source a local path or {@code s3://bucket/key}
     * @throws IOException when it is not there or cannot be read
     */
    OpenCatalogue open(String source) throws IOException;

    /**
     * A catalogue about to be read.
     *
     * @param content closed by the reader
     * @param version changes whenever the content does: a file's size and time, an object's ETag
     */
    record OpenCatalogue(InputStream content, String version) {}
}
