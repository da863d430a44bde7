package dev.afterimage.wiring;

import dev.afterimage.metrics.Meters;
import dev.afterimage.time.Machine;
import dev.afterimage.time.Pause;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Makes the real clock, randomness and waits. Only this class takes them from the system. */
class TimeWiring {

    /**
     * The machine that this process runs on. Its pause sleeps, which costs no platform thread where a virtual thread waits. Its
     * tokens are random UUIDs, which nobody can guess.
     */
    @Singleton
    Machine machine(@VirtualThreads ExecutorService threads, Meters meters) {
        return new Machine(
                Clock.systemUTC(),
                System::nanoTime,
                duration -> TimeUnit.NANOSECONDS.sleep(Math.max(0, duration.toNanos())),
                new SecureRandom(),
                () -> UUID.randomUUID().toString(),
                meters.spans().propagating(threads));
    }

    @Singleton
    Clock clock(Machine machine) {
        return machine.clock();
    }

    @Singleton
    Pause pause(Machine machine) {
        return machine.pause();
    }
}
