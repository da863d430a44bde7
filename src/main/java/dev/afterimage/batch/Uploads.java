package dev.afterimage.batch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** Port: where callers upload the rows of batches that are too large for one request. */
public interface Uploads {

    /** A new place to which a caller may upload rows. */
    Place offer();

    /**
     * Reads what was put there, as often as wanted while it is kept.
     *
     * @return empty when nothing was put there, or it is kept no longer
     */
    Optional<InputStream> open(String upload) throws IOException;

    /**
     * A place for the rows of one batch.
     *
     * @param upload its name, which cannot be guessed
     * @param url takes one {@code PUT}, without further authorisation
     * @param expiresAt until when the URL may be used
     */
    record Place(String upload, URI url, Instant expiresAt) {}
}
