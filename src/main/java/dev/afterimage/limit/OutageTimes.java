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

    /** However soon a question fails, the next one may come late, for there may be nobody to ask it or no core to ask it on. */
    private static final OutageTimes SHORTEST =
            new OutageTimes(Duration.ofMillis(1500), Duration.ofSeconds(4), Duration.ofMillis(2500));

    private static final Duration SLACK = Duration.ofSeconds(1);

    /**
     * Those of instances on one limiter.
     *
     * @param silence for how long a limiter that answers again may seem lost still, or one that is lost not yet: the time-out of
     *     a question, and the rest that the limiter is given after several
     */
    static OutageTimes of(Duration silence) {
        Duration knownFor = longer(silence, SHORTEST.knownFor);
        return new OutageTimes(
                knownFor,
                longer(silence.plus(knownFor).plus(SLACK), SHORTEST.noticedWithin),
                longer(silence.plus(SLACK), SHORTEST.apart));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
