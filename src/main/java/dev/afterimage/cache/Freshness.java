package dev.afterimage.cache;

/** Whether a stored image may still be served. */
public enum Freshness {
    /** It is served. */
    FRESH,
    /** It is served while a new one is made behind it, or when none can be had (RFC 5861). */
    STALE,
    /** It is not served any more. */
    EXPIRED
}
