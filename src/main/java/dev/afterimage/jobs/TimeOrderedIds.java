package dev.afterimage.jobs;

import java.time.Clock;
import java.time.Instant;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Makes ids that sort by their time and cannot be guessed: 10 characters of milliseconds and 16 of randomness in
 * Crockford's Base32, in lower case (the form of a ULID).
 */
public final class TimeOrderedIds {

    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int TIME_CHARACTERS = 10;
    private static final int RANDOM_CHARACTERS = 16;
    private static final Pattern FORM = Pattern.compile("[0-9a-hjkmnp-tv-z]{26}");

    private final Clock clock;
    private final RandomGenerator random;

    /**
     * Makes ids by this clock.
     *
     * @param random a {@link java.security.SecureRandom} where an id alone gives access to what it names
     */
    public TimeOrderedIds(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** Whether this has the form of the ids made here; anything else may be refused without a lookup. */
    public static boolean isWellFormed(String id) {
        return FORM.matcher(id).matches();
    }

    /** When a well-formed id was made, in whole milliseconds. */
    public static Instant timeOf(String id) {
        long millis = 0;
        for (int i = 0; i < TIME_CHARACTERS; i++) {
            millis = millis << 5 | ALPHABET.indexOf(id.charAt(i));
        }
        return Instant.ofEpochMilli(millis);
    }

    public String next() {
        char[] id = new char[TIME_CHARACTERS + RANDOM_CHARACTERS];
        long millis = clock.millis();
        for (int i = TIME_CHARACTERS - 1; i >= 0; i--) {
            id[i] = ALPHABET.charAt((int) (millis & 31));
            millis >>>= 5;
        }
        for (int i = TIME_CHARACTERS; i < id.length; i++) {
            id[i] = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        }
        return new String(id);
    }
}
