package dev.afterimage.limit;

import java.time.Duration;

/**
 * How far apart the instances of a fleet may be in what they know of an outage.
 *
 * @param knownFor a question that was asked in vain says nothing about the time after this
 * @param noticedWithin within this, every instance that wants to call notices that the limiter answers again
 * @param apart by so much one instance may be lost earlier than another
 */
record OutageTimes(Duration knownFor, Duration noticedWithin, Duration apart) {

    /** So that not every call from a share asks once more. */
    private static final Duration SHORTEST_KNOWLEDGE = Duration.ofMillis(1500);

    /** For a call that is not made just now, and for a core that is lacking. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    /**
     * Those of instances on one limiter.
     *
     * @param silence for how long a limiter that answers again may seem lost still, or one that is lost not yet: the time-out of
     *     a question, and the rest that the limiter is given after several
     */
    static OutageTimes of(Duration silence) {
        Duration knownFor = silence.compareTo(SHORTEST_KNOWLEDGE) > 0 ? silence : SHORTEST_KNOWLEDGE;
        return new OutageTimes(knownFor, silence.plus(knownFor).plus(SLACK), silence.plus(SLACK));
    }
}
