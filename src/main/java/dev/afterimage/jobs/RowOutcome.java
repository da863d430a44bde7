package dev.afterimage.jobs;

/** How one row of a batch ended. */
public enum RowOutcome {
    /** Its image was there. */
    HIT,
    /** Its image was made. */
    GENERATED,
    /** There is no image, for a reason. A later success, after a redrive, replaces it. */
    FAILED
}
