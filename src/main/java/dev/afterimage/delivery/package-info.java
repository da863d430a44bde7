/**
 * How a stored image reaches a browser. A {@link dev.afterimage.delivery.UrlSigner} turns an entry into a
 * {@link dev.afterimage.delivery.UrlSigner.SignedUrl} that the CDN verifies by itself;
 * {@link dev.afterimage.delivery.ExpiryWindow} rounds the expiry so that everyone gets the same URL for a while and caches can do
 * their work, and {@link dev.afterimage.delivery.MemoisedSigner} signs it once in that while.
 * {@link dev.afterimage.delivery.CannedPolicy} verifies such URLs as CloudFront would, for the service's own CDN.
 */
@NullMarked
package dev.afterimage.delivery;

import org.jspecify.annotations.NullMarked;
