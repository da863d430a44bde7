/**
 * The service's metrics, traces and statistics. {@link dev.afterimage.metrics.Meters} names every meter once; decorators of
 * the core's ports count and time, so that the core itself has no code for metrics.
 */
@NullMarked
package dev.afterimage.metrics;

import org.jspecify.annotations.NullMarked;
