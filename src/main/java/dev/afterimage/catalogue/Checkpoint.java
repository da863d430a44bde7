package dev.afterimage.catalogue;

import java.time.Instant;

/**
 * How far the planning of a catalogue came.
 *
 * @param run names the run; jobs are named after it
 * @param since when the plan began that the run belongs to: what was made since need not be made again
 * @param version the catalogue's version; a checkpoint of another version is worthless
 * @param line every row up to this line is dealt with
 * @param counts what became of them
 * @param complete whether the run came to the catalogue's end
 */
public record Checkpoint(String run, Instant since, String version, int line, Counts counts, boolean complete) {

    /** Where a run begins. */
    static Checkpoint beginning(String run, Instant since, String version) {
        return new Checkpoint(run, since, version, 0, Counts.NONE, false);
    }

    Checkpoint reaching(int newLine, Counts more) {
        return new Checkpoint(run, since, version, newLine, counts.plus(more), false);
    }

    Checkpoint completed() {
        return new Checkpoint(run, since, version, line, counts, true);
    }

    /**
     * What became of a catalogue's rows.
     *
     * @param enqueued missing, and put on the queue
     * @param fresh there already
     * @param duplicates equal to an earlier row
     * @param bad not readable
     */
    public record Counts(long enqueued, long fresh, long duplicates, long bad) {

        public static final Counts NONE = new Counts(0, 0, 0, 0);

        public long rows() {
            return enqueued + fresh + duplicates + bad;
        }

        Counts plus(Counts other) {
            return new Counts(
                    enqueued + other.enqueued, fresh + other.fresh, duplicates + other.duplicates, bad + other.bad);
        }
    }
}
