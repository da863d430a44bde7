package dev.afterimage.batch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** Port: where senders put the rows of batches that are too large for one request. */
public interface Uploads {

    /** A new place for rows. */
    Place offer();

    /**
     * Reads what was put there, as often as wanted while it is kept.
     *
     * @return empty when nothing was put there, or it is kept no longer
     */
    Optional<InputStream> open(String upload) throws IOException;

    /**
     * A place for rows.
     *
     * @param upload its name, which cannot be guessed
     * @param url takes one {@code PUT}, without further authorisation
     * @param expiresAt until when
     */
    record Place(String upload, URI url, Instant expiresAt) {}
}
