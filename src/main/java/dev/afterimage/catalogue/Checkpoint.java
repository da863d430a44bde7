package dev.afterimage.catalogue;

import dev.afterimage.jobs.NewerFormatException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How far the planning of a catalogue came.
 *
 * @param run names the run; jobs are named after it
 * @param since when the plan began that the run belongs to: an image that was made since then need not be made again
 * @param version the catalogue's version; a checkpoint of another version is worthless
 * @param line every row up to this line is planned
 * @param counts what became of them
 * @param complete whether the run came to the catalogue's end
 */
public record Checkpoint(String run, Instant since, String version, int line, Counts counts, boolean complete) {

    private static final int FORM_NUMBER = 2;
    private static final String FORM = Integer.toString(FORM_NUMBER);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    /** The checkpoint of a run that begins. */
    static Checkpoint beginning(String run, Instant since, String version) {
        return new Checkpoint(run, since, version, 0, Counts.NONE, false);
    }

    Checkpoint reaching(int newLine, Counts more) {
        return new Checkpoint(run, since, version, newLine, counts.plus(more), false);
    }

    Checkpoint completed() {
        return new Checkpoint(run, since, version, line, counts, true);
    }

    /** The text form, one field a line, the same in every backend. */
    public String encode() {
        return String.join(
                "\n",
                FORM,
                run,
                Long.toString(since.toEpochMilli()),
                version,
                Integer.toString(line),
                Long.toString(counts.enqueued()),
                Long.toString(counts.fresh()),
                Long.toString(counts.duplicates()),
                Long.toString(counts.bad()),
                Boolean.toString(complete),
                "");
    }

    private static boolean isNewer(String form) {
        return NUMBER.matcher(form).matches() && Integer.parseInt(form) > FORM_NUMBER;
    }

    /**
     * Reads what {@link #encode} wrote; empty when the text is damaged.
     *
     * @throws NewerFormatException when a newer version of the service wrote it, which will go on with the plan
     */
    public static Optional<Checkpoint> decode(String text) {
        String[] field = text.split("\n", -1);
        if (isNewer(field[0])) {
            throw new NewerFormatException("a catalogue's checkpoint", Integer.parseInt(field[0]), FORM_NUMBER);
        }
        if (field.length != 11 || !field[0].equals(FORM)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Checkpoint(
                    field[1],
                    Instant.ofEpochMilli(Long.parseLong(field[2])),
                    field[3],
                    Integer.parseInt(field[4]),
                    new Counts(
                            Long.parseLong(field[5]),
                            Long.parseLong(field[6]),
                            Long.parseLong(field[7]),
                            Long.parseLong(field[8])),
                    Boolean.parseBoolean(field[9])));
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    /**
     * What became of a catalogue's rows.
     *
     * @param enqueued missing, and put on the queue
     * @param fresh there already
     * @param duplicates equal to an earlier row
     * @param bad rows of which no image can be made, see {@link CatalogueRows.CatalogueRow.Bad}
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
