package dev.afterimage.delivery;

import java.time.Instant;

/**
 * A URL that the CDN honours until it expires. A secret of sorts: it is handed to the caller and never logged
 * ({@link #toString()} hides it).
 */
public record SignedUrl(String url, Instant expiresAt) {

    @Override
    public String toString() {
        return "SignedUrl[until " + expiresAt + "]";
    }
}
