package dev.afterimage.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * A warning that is logged at most once a second, with how many were left out in between, so that an outage does not
 * write a line for each request.
 */
final class RateLimitedLog {

    private static final Duration SILENCE = Duration.ofSeconds(1);

    private final Logger log;
    private final String what;
    private final Clock clock;
    private final AtomicReference<Instant> due = new AtomicReference<>(Instant.MIN);
    private final AtomicInteger leftOut = new AtomicInteger();

    RateLimitedLog(Logger log, String what, Clock clock) {
        this.log = log;
        this.what = what;
        this.clock = clock;
    }

    void say(Throwable why) {
        Instant now = clock.instant();
        Instant seen = due.get();
        if (now.isBefore(seen) || !due.compareAndSet(seen, now.plus(SILENCE))) {
            leftOut.incrementAndGet();
            return;
        }
        log.warnf("%s: %s (%d more since this was said last)", what, why.getMessage(), leftOut.getAndSet(0));
    }
}
