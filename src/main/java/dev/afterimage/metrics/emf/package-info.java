/**
 * Meters in CloudWatch's embedded metric format: lines of JSON on standard output, from which CloudWatch Logs takes the
 * metrics. {@link dev.afterimage.metrics.emf.EmfWriter} says what changed since the last time,
 * {@link dev.afterimage.metrics.emf.Deltas} finds that out, {@link dev.afterimage.metrics.emf.EmfDocument} is one line.
 */
@NullMarked
package dev.afterimage.metrics.emf;

import org.jspecify.annotations.NullMarked;
