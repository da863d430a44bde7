/**
 * One call to the provider. An {@link dev.afterimage.generation.ImageGenerator} is the provider, wrapped in one decorator
 * for each concern: retry and circuit breaker, the fleet's permit, credits, time-out, check of the bytes. A failure is a
 * {@link dev.afterimage.generation.GenerationException}, whose type decides what happens next, and the
 * {@link dev.afterimage.generation.CallSettler} notes in the call's receipt how the call ended.
 */
@NullMarked
package dev.afterimage.generation;

import org.jspecify.annotations.NullMarked;
