package dev.afterimage.pregeneration;

import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * Makes names that sort by their time and cannot be guessed: 10 characters of milliseconds and 16 of randomness in
 * Crockford's Base32, in lower case (the form of a ULID).
 */
public final class TimeOrderedIds {

    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final int TIME_CHARACTERS = 10;
    private static final int RANDOM_CHARACTERS = 16;

    private final Clock clock;
    private final RandomGenerator random;

    /**
     * A source of names.
     *
     * @param random a {@link java.security.SecureRandom} where the name is all that a caller needs to see what it names
     */
    public TimeOrderedIds(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public String next() {
        char[] id = new char[TIME_CHARACTERS + RANDOM_CHARACTERS];
        long millis = clock.millis();
        for (int i = TIME_CHARACTERS - 1; i >= 0; i--) {
            id[i] = ALPHABET[(int) (millis & 31)];
            millis >>>= 5;
        }
        for (int i = TIME_CHARACTERS; i < id.length; i++) {
            id[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return new String(id);
    }
}
