/**
 * One call to the provider. An {@link dev.afterimage.generation.ImageGenerator} is the provider, wrapped in one decorator a
 * concern (retry and circuit breaker, credits, fleet permit, local rate limit, check of the bytes); what goes wrong is a
 * {@link dev.afterimage.generation.GenerationException}, whose type decides what happens next, and the
 * {@link dev.afterimage.generation.CallSettler} notes in the call's receipt how it ended.
 */
@NullMarked
package dev.afterimage.generation;

import org.jspecify.annotations.NullMarked;
