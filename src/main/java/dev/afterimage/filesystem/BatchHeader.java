package dev.afterimage.filesystem;

import java.time.Instant;
import java.util.Optional;

/** The first of a batch's files: when it began, how many rows it has, and once all have arrived the hash of the upload. */
record BatchHeader(Instant startedAt, int total, Optional<String> payloadHash) {

    private static final String FORM = "1";

    String encode() {
        return String.join(
                "\n",
                FORM,
                Long.toString(startedAt.toEpochMilli()),
                Integer.toString(total),
                payloadHash.orElse(""),
                "");
    }

    static BatchHeader decode(String text) throws DamagedFileException {
        String[] field = text.split("\n", -1);
        try {
            if (field.length == 5 && field[0].equals(FORM)) {
                return new BatchHeader(
                        Instant.ofEpochMilli(Long.parseLong(field[1])),
                        Integer.parseInt(field[2]),
                        Optional.of(field[3]).filter(hash -> !hash.isEmpty()));
            }
        } catch (NumberFormatException e) {
            throw damaged();
        }
        throw damaged();
    }

    private static DamagedFileException damaged() {
        return new DamagedFileException("a batch's header must hold its form, start, total and hash, a line each");
    }
}
