package dev.afterimage.catalogue;

import dev.afterimage.jobs.NewerFormatException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** The text form of a checkpoint, one field a line, the same in files and elsewhere. Damaged text reads as none. */
public final class CheckpointCodec {

    private static final int FORM_NUMBER = 2;
    private static final String FORM = Integer.toString(FORM_NUMBER);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private CheckpointCodec() {}

    public static String encode(Checkpoint checkpoint) {
        Checkpoint.Counts counts = checkpoint.counts();
        return String.join(
                "\n",
                FORM,
                checkpoint.run(),
                Long.toString(checkpoint.since().toEpochMilli()),
                checkpoint.version(),
                Integer.toString(checkpoint.line()),
                Long.toString(counts.enqueued()),
                Long.toString(counts.fresh()),
                Long.toString(counts.duplicates()),
                Long.toString(counts.bad()),
                Boolean.toString(checkpoint.complete()),
                "");
    }

    private static boolean isNewer(String form) {
        return NUMBER.matcher(form).matches() && Integer.parseInt(form) > FORM_NUMBER;
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws NewerFormatException when a newer version did; its plan goes on there
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
                    new Checkpoint.Counts(
                            Long.parseLong(field[5]),
                            Long.parseLong(field[6]),
                            Long.parseLong(field[7]),
                            Long.parseLong(field[8])),
                    Boolean.parseBoolean(field[9])));
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }
}
