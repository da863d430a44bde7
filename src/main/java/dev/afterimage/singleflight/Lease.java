package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import java.time.Duration;

/**
 * The right to lead the generation of one image in one lane, for a while.
 *
 * @param token known to its holder only: a lease that another holds can neither be renewed nor released
 * @param ttl the time after which it ends by itself unless renewed
 */
public record Lease(ImageKey key, Lane lane, String token, Duration ttl) {}
