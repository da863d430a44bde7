/**
 * The CDN of a laptop: {@link dev.afterimage.http.localcdn.LocalCdnResource} answers under {@code /cdn/} for the same signed URLs as
 * CloudFront, so that they open.
 */
@NullMarked
package dev.afterimage.http.localcdn;

import org.jspecify.annotations.NullMarked;
