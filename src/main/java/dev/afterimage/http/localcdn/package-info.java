/**
 * The CDN of a laptop. {@link dev.afterimage.http.localcdn.EdgeResource} answers under {@code /cdn/} for the same signed URLs as
 * CloudFront, verifies them the same way and serves the image from the store, with the conditional and range requests of
 * RFC 9110 ({@link dev.afterimage.http.localcdn.Precondition}, {@link dev.afterimage.http.localcdn.ByteRange}).
 */
@NullMarked
package dev.afterimage.http.localcdn;

import org.jspecify.annotations.NullMarked;
