/**
 * The image APIs. Each kind is one {@link dev.afterimage.generation.ImageGenerator}: {@code json} and {@code imejis} speak
 * HTTP through one guarded client, {@code demo} draws by itself and behaves like a rate-limited API. What they answer is
 * translated into pictures and {@link dev.afterimage.generation.GenerationException}s here, and nowhere else.
 */
@NullMarked
package dev.afterimage.provider;

import org.jspecify.annotations.NullMarked;
