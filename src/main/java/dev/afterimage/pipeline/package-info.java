/**
 * The path of a request. {@link dev.afterimage.pipeline.ImagePipeline} looks in the index, then in the store, then
 * joins or leads the one {@link dev.afterimage.pipeline.LeaderFlight} of the key, which asks the provider, stores the
 * image and enters it in the index. What takes longer than the caller's deadline goes to the
 * {@link dev.afterimage.pipeline.Backlog}.
 */
@NullMarked
package dev.afterimage.pipeline;

import org.jspecify.annotations.NullMarked;
