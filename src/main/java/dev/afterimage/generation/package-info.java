/**
 * From a request to an image. {@link dev.afterimage.generation.ImagePipeline} is the flow of the whole service, in
 * order: index, store, single-flight, and as the leader the provider. An
 * {@link dev.afterimage.generation.ImageGenerator} is the provider, wrapped in one decorator a concern (retry and circuit
 * breaker, credits, fleet permit, local belt, check of the bytes); what goes wrong is a
 * {@link dev.afterimage.generation.GenerationException}, whose type decides what happens next.
 */
@NullMarked
package dev.afterimage.generation;

import org.jspecify.annotations.NullMarked;
