package dev.afterimage.delivery;

import dev.afterimage.cache.IndexEntry;
import java.time.Instant;

/**
 * Port: signs the URL under which a stored image is delivered. The caller waits for no network, except where a key or
 * credentials must be read first.
 */
@FunctionalInterface
public interface UrlSigner {

    /**
     * The URL of this image.
     *
     * @throws SigningKeyUnavailableException when there is no key
     */
    SignedUrl sign(IndexEntry entry);

    /**
     * Makes sure that something could be signed now. May block at the first use of a key that is kept elsewhere.
     *
     * @throws SigningKeyUnavailableException when there is no key
     */
    default void checkKey() {}

    /**
     * A URL that the CDN honours until it expires. A secret of sorts: it is handed to the caller and never logged
     * ({@link #toString()} hides it).
     */
    record SignedUrl(String url, Instant expiresAt) {

        @Override
        public String toString() {
            return "SignedUrl[until " + expiresAt + "]";
        }
    }

    /** There is no key to sign with: it was never read, and cannot be read now. Holds no secret. */
    class SigningKeyUnavailableException extends RuntimeException {

        public SigningKeyUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
