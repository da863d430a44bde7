package dev.afterimage.jobs;

/**
 * Where a job of a batch came from.
 *
 * @param batch the batch's id
 * @param line the row's line in the upload, from 1; unique within the batch
 */
public record BatchRow(String batch, int line) {

    public BatchRow {
        if (line < 1) {
            throw new IllegalArgumentException("lines are counted from 1");
        }
    }
}
