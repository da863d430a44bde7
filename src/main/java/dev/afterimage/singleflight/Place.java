package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;

/**
 * One of the places in which a leader is waited for, where not everybody may.
 *
 * @param token known to its holder only
 */
public record Place(ImageKey key, String token) {}
