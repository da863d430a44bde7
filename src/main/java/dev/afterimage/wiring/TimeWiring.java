package dev.afterimage.wiring;

import dev.afterimage.time.Pause;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.TimeUnit;

/** Real time. The one place in the service that asks the system for it and lets a thread wait. */
class TimeWiring {

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Parks the calling thread; on a virtual thread that costs no platform thread. */
    @Produces
    @Singleton
    Pause pause() {
        return duration -> TimeUnit.NANOSECONDS.sleep(Math.max(0, duration.toNanos()));
    }
}
