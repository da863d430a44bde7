/**
 * What a caller asks for, and the key that identifies it. A request ({@link dev.afterimage.image.ImageRequest}) is read
 * strictly ({@link dev.afterimage.image.ImageRequestReader}), its data is brought into RFC 8785 canonical form
 * ({@link dev.afterimage.image.CanonicalJson}), and the key ({@link dev.afterimage.image.ImageKey}) is the SHA-256 of that form
 * ({@link dev.afterimage.image.KeyScheme}). Pure logic: no clock, no network, no framework.
 */
@NullMarked
package dev.afterimage.image;

import org.jspecify.annotations.NullMarked;
