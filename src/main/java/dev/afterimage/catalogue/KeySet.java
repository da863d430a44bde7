package dev.afterimage.catalogue;

import dev.afterimage.image.ImageKey;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells duplicates in a catalogue by the first 64 bits of the keys: some 60 MB for a million keys, and no more are remembered; a
 * duplicate of a later one is queued and costs nothing but that.
 *
 * <p>Two different keys of a million share 64 bits with a probability of 3 in 100 million (birthday bound). The second of
 * them would not be made ahead, and is made when it is asked for.
 */
final class KeySet {

    private static final int MOST = 1_000_000;

    private final Set<Long> seen = new HashSet<>();

    /** Whether the key is new. */
    boolean add(ImageKey key) {
        Long fingerprint = Long.parseUnsignedLong(key.value(), 0, 16, 16);
        return seen.size() < MOST ? seen.add(fingerprint) : !seen.contains(fingerprint);
    }
}
