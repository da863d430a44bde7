/**
 * Where the images lie. An {@link dev.afterimage.store.ImageStore} keeps the bytes together with the entry
 * that describes them, so that a lost index is rebuilt from the store image by image, as they are asked for.
 */
@NullMarked
package dev.afterimage.store;

import org.jspecify.annotations.NullMarked;
