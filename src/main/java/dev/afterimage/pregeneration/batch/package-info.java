/**
 * A catalogue that came by HTTP and can be watched. The {@link dev.afterimage.pregeneration.batch.BatchIntake} plans it
 * while it arrives; the {@link dev.afterimage.pregeneration.batch.BatchLedger} keeps the outcome of every row, by its line, so
 * that a row that is reported twice is counted once; a {@link dev.afterimage.pregeneration.batch.Batch} is what the caller
 * sees, while it runs, after it ended, and after a restart.
 */
@NullMarked
package dev.afterimage.pregeneration.batch;

import org.jspecify.annotations.NullMarked;
