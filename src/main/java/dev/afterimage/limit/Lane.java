package dev.afterimage.limit;

/** Who waits for a call: a person, or the night. */
public enum Lane {
    /** Somebody waits; may use the whole limit. */
    INTERACTIVE,
    /** Nobody waits; may use the bulk share of the limit only, so that the rest stays free for people. */
    BULK
}
