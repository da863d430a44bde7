package dev.afterimage.limit;

/** Whether somebody waits for a call. */
public enum Lane {
    /** Somebody waits; may use the whole limit. */
    INTERACTIVE,
    /**
     * Nobody waits: catalogues, batches and refreshes. May use only the bulk share of the limit; the rest stays free for
     * the interactive lane.
     */
    BULK
}
