package dev.afterimage.limit;

import java.time.Duration;

/**
 * How far apart the instances of a fleet may be in what they know of an outage.
 *
 * @param noticedWithin within this, every instance that wants to call notices that the limiter answers again
 * @param apart by so much one instance may be lost earlier than another
 */
record OutageTimes(Duration noticedWithin, Duration apart) {

    /** Waiting calls ask again after at most two seconds; the rest is for a core that is lacking. */
    private static final Duration ASKED_AGAIN = Duration.ofMillis(2500);

    private static final Duration FIRST_ASKED = Duration.ofSeconds(1);

    /**
     * Those of instances on one limiter.
     *
     * @param silence for how long a limiter that answers again may seem lost still, or one that is lost not yet: the time-out of
     *     a question, and the rest that the limiter is given after several
     */
    static OutageTimes of(Duration silence) {
        return new OutageTimes(ASKED_AGAIN.plus(silence), FIRST_ASKED.plus(silence));
    }
}
