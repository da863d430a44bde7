package dev.afterimage.pregeneration.batch;

/** How one row of a batch ended. */
public enum RowFate {
    /** Its picture was there. */
    HIT,
    /** Its picture was made. */
    GENERATED,
    /** There is no picture, for a reason. A later success, after a redrive, replaces it. */
    FAILED
}
