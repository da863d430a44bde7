package dev.afterimage.pregeneration.plan;

/**
 * How far the planning of a catalogue came.
 *
 * @param run names the run; jobs are named after it
 * @param version the catalogue's version; a checkpoint of another version is worthless
 * @param line every row up to this line is dealt with
 * @param counts what became of them
 */
public record Checkpoint(String run, String version, int line, Counts counts) {

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
