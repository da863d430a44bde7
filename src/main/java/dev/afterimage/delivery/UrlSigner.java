package dev.afterimage.delivery;

import dev.afterimage.cache.IndexEntry;

/** Port: signs the URL under which a stored image is delivered. Pure computation, no network. */
@FunctionalInterface
public interface UrlSigner {

    SignedUrl sign(IndexEntry entry);

    /**
     * Returns when something could be signed now. May block at the first use of a key that is kept elsewhere.
     *
     * @throws SigningKeyUnavailableException when there is no key
     */
    default void checkKey() {}
}
