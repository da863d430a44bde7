package dev.afterimage.batch;

/** Rows that ended, by their outcome. */
public record RowCounts(int hits, int generated, int failed) {

    public int ended() {
        return hits + generated + failed;
    }
}
