package dev.afterimage.delivery;

import dev.afterimage.cache.IndexEntry;

/** Port: signs the URL under which a stored image is delivered. Pure computation, no network. */
@FunctionalInterface
public interface UrlSigner {

    SignedUrl sign(IndexEntry entry);
}
