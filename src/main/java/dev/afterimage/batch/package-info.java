/**
 * Lists of images that came by HTTP and can be watched. The {@link dev.afterimage.batch.BatchIntake} plans each
 * while it arrives; the {@link dev.afterimage.batch.BatchLedger} keeps the outcome of every row, by its line, so
 * that a row that is reported twice is counted once; a {@link dev.afterimage.batch.Batch} is what the caller
 * sees, while it runs, after it ended, and after a restart.
 */
@NullMarked
package dev.afterimage.batch;

import org.jspecify.annotations.NullMarked;
