/**
 * The image APIs. {@link dev.afterimage.provider.Descriptions} finds the JSON document that describes an API, the
 * {@code DescriptionCompiler} checks it, and {@link dev.afterimage.provider.DescribedProvider} runs it over one HTTP
 * client: it makes the call for a request, decides what the answer means, polls a job to its end and fetches the image.
 * {@code demo} draws images itself and behaves like a rate-limited API. Only this package turns answers of APIs into
 * images and {@link dev.afterimage.generation.GenerationException}s.
 */
@NullMarked
package dev.afterimage.provider;

import org.jspecify.annotations.NullMarked;
