package dev.afterimage.time;

import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything that makes one run of a process differ from the next: time, randomness and threads. The wiring gets it as one
 * parameter and hands each part what it needs. The simulated fleet passes in machines of its own, on which a run repeats
 * exactly.
 *
 * @param clock the time of day; may be set, and may differ between machines
 * @param nanoTime nanoseconds of a clock that never goes back, such as {@link System#nanoTime}
 * @param pause waits until such a time has passed
 * @param random numbers that nobody can guess
 * @param tokens random words, no two alike over the whole fleet
 * @param threads starts a virtual thread for each task
 */
public record Machine(
        Clock clock,
        LongSupplier nanoTime,
        Pause pause,
        RandomGenerator random,
        Supplier<String> tokens,
        ExecutorService threads) {}
