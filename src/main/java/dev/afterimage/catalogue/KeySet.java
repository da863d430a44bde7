package dev.afterimage.catalogue;

import dev.afterimage.image.ImageKey;

/**
 * A compact set of keys that tells duplicates in a catalogue: an open-addressing table of the keys' first 64 bits, 8 bytes a
 * place, at most two thirds full. A million keys take 16 MiB, {@value #MOST} keys 64 MiB, and no more are remembered; a
 * duplicate of a later one is queued and costs nothing but that.
 *
 * <p>Two different keys of a million share 64 bits with a probability of 3 in 100 million (birthday bound). The second of
 * them would not be made ahead, and is made when it is asked for.
 */
final class KeySet {

    static final int MOST = 5_000_000;

    private static final int FIRST_CAPACITY = 1 << 12;

    private long[] table = new long[FIRST_CAPACITY];
    private int size;

    /** Whether the key is new. */
    boolean add(ImageKey key) {
        long fingerprint = Long.parseUnsignedLong(key.value(), 0, 16, 16);
        if (fingerprint == 0) {
            fingerprint = 1;
        }
        int place = place(table, fingerprint);
        if (table[place] == fingerprint) {
            return false;
        }
        if (size < MOST) {
            table[place] = fingerprint;
            size++;
            if (size > table.length / 3 * 2) {
                grow();
            }
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[table.length * 2];
        for (long fingerprint : table) {
            if (fingerprint != 0) {
                larger[place(larger, fingerprint)] = fingerprint;
            }
        }
        table = larger;
    }

    /** Where the fingerprint stands or may stand. SHA-256 has spread them already. */
    private static int place(long[] table, long fingerprint) {
        int place = (int) fingerprint & (table.length - 1);
        while (table[place] != 0 && table[place] != fingerprint) {
            place = (place + 1) & (table.length - 1);
        }
        return place;
    }
}
