/**
 * What an operator sees. {@link dev.afterimage.metrics.Meters} names every meter once; decorators of the core's ports
 * count and time, so that the core itself knows nothing of it.
 */
@NullMarked
package dev.afterimage.metrics;

import org.jspecify.annotations.NullMarked;
