/**
 * How a stored image reaches a browser. A {@link dev.afterimage.delivery.UrlSigner} turns an entry into a
 * {@link dev.afterimage.delivery.UrlSigner.SignedUrl} that the CDN verifies by itself;
 * {@link dev.afterimage.delivery.ExpiryWindow} rounds the expiry so that everyone gets the same URL for a while and
 * caches can do their work. In that time the URL is signed once: {@link dev.afterimage.delivery.KeptUrls} keeps it for
 * the fleet, and {@link dev.afterimage.delivery.MemoisedSigner} for the process.
 * {@link dev.afterimage.delivery.CannedPolicyVerifier} verifies such URLs as CloudFront would, for the service's own
 * CDN. {@link dev.afterimage.delivery.RequestLinks} are other signed URLs: whoever has one may have an image made.
 */
@NullMarked
package dev.afterimage.delivery;

import org.jspecify.annotations.NullMarked;
