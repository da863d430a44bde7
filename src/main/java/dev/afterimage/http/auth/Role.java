package dev.afterimage.http.auth;

/** What a client may do. No role includes another: who is to do everything has all three. */
public enum Role {
    /** Ask for images and make links to them. */
    ASK,
    /** Send batches; look at and cancel those that it sent. */
    BATCH,
    /** Delete, purge and redrive; see receipts, statistics and everybody's batches. */
    OPERATE
}
