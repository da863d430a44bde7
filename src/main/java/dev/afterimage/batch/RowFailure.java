package dev.afterimage.batch;

/** A failed row, as the caller sees it. */
public record RowFailure(int line, String reason) {}
