package dev.afterimage.cache;

/** How far a stored picture may still be used. */
public enum Freshness {
    /** May be served. */
    FRESH,
    /** Only when a new one cannot be had (RFC 5861, stale-if-error). */
    STALE,
    /** Never. */
    EXPIRED
}
