/**
 * What an operator sees. {@link dev.afterimage.metrics.Stats} is the short answer to "how is it doing?", collected by a
 * {@link dev.afterimage.metrics.StatsSource} from the same meters that {@code /q/metrics} shows.
 */
@NullMarked
package dev.afterimage.metrics;

import org.jspecify.annotations.NullMarked;
