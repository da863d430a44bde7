package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import java.time.Duration;

/**
 * The right to lead the generation of one picture, for a while.
 *
 * @param token known to its holder only: a lease that was lost can neither be renewed nor released
 * @param ttl the time after which it ends by itself unless renewed
 */
public record Lease(ImageKey key, String token, Duration ttl) {}
