/**
 * The CDN of a laptop. {@link dev.afterimage.http.edge.EdgeResource} answers under {@code /cdn/} for the same signed URLs as
 * CloudFront, verifies them the same way and serves the picture from the store, with the conditional and range requests of
 * RFC 9110 ({@link dev.afterimage.http.edge.Precondition}, {@link dev.afterimage.http.edge.ByteRange}).
 */
@NullMarked
package dev.afterimage.http.edge;

import org.jspecify.annotations.NullMarked;
