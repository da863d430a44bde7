/**
 * Meters in CloudWatch's embedded metric format: lines of JSON on standard output, from which CloudWatch Logs takes the
 * metrics. {@link dev.afterimage.metrics.emf.EmfWriter} writes what changed since the last time, and
 * {@link dev.afterimage.metrics.emf.Deltas} finds that out.
 */
@NullMarked
package dev.afterimage.metrics.emf;

import org.jspecify.annotations.NullMarked;
