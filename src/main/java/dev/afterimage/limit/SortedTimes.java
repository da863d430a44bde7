package dev.afterimage.limit;

import java.util.Arrays;

/**
 * A sorted list of times, which may hold equal ones. A lookup costs O(log n). Times are added and removed almost in
 * order, so that either rarely moves more than a few others.
 */
final class SortedTimes {

    private long[] times = new long[16];
    private int from;
    private int to;

    int size() {
        return to - from;
    }

    /** The time at this rank; the earliest has rank 0. */
    long get(int rank) {
        return times[from + rank];
    }

    /** How many are at or before {@code bound}. */
    int countUpTo(long bound) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] <= bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - from;
    }

    void add(long time) {
        if (to == times.length) {
            makeRoom();
        }
        int at = from + countUpTo(time);
        System.arraycopy(times, at, times, at + 1, to - at);
        times[at] = time;
        to++;
    }

    /** Removes one entry of that time; does nothing when there is none. */
    void remove(long time) {
        int at = from + countUpTo(time) - 1;
        if (at < from || times[at] != time) {
            return;
        }
        if (at - from < to - at) {
            System.arraycopy(times, from, times, from + 1, at - from);
            from++;
        } else {
            System.arraycopy(times, at + 1, times, at, to - at - 1);
            to--;
        }
    }

    void removeUpTo(long bound) {
        from += countUpTo(bound);
    }

    private void makeRoom() {
        int size = size();
        times = Arrays.copyOfRange(times, from, from + Math.max(16, 2 * size));
        from = 0;
        to = size;
    }
}
