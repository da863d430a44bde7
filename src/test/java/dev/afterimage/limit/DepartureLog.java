package dev.afterimage.limit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a strict provider would have seen: the times at which calls arrived, and how many any window holds. */
public final class DepartureLog {

    private final List<Long> times = new ArrayList<>();

    public void add(long time) {
        times.add(time);
    }

    public int size() {
        return times.size();
    }

    /** How many lie in {@code [from, to)}. */
    public int between(long from, long to) {
        return (int) times.stream().filter(time -> time >= from && time < to).count();
    }

    /** The most calls that any sliding window of this length holds, both its ends included. */
    public int mostInAnyWindow(long length) {
        List<Long> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        int most = 0;
        int first = 0;
        for (int last = 0; last < sorted.size(); last++) {
            while (sorted.get(last) - sorted.get(first) > length) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }
}
