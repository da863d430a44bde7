/**
 * How a stored picture reaches a browser. A {@link dev.afterimage.delivery.UrlSigner} turns an entry into a
 * {@link dev.afterimage.delivery.SignedUrl} that the CDN verifies by itself; {@link dev.afterimage.delivery.ExpiryWindow}
 * rounds the expiry so that everyone gets the same URL for a while and caches can do their work.
 */
@NullMarked
package dev.afterimage.delivery;

import org.jspecify.annotations.NullMarked;
