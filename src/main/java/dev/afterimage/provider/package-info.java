/**
 * The image APIs. {@link dev.afterimage.provider.Descriptions} finds the JSON document that describes one, the compiler checks it,
 * and {@link dev.afterimage.provider.DescribedProvider} runs it over one guarded HTTP client: it makes the call of the request,
 * says what the answer means, polls a job to its end and fetches the image. {@code demo} draws by itself and behaves like a
 * rate-limited API. What APIs answer becomes images and {@link dev.afterimage.generation.GenerationException}s here, and
 * nowhere else.
 */
@NullMarked
package dev.afterimage.provider;

import org.jspecify.annotations.NullMarked;
