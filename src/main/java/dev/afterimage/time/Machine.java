package dev.afterimage.time;

import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a process gets from the machine that it runs on, and what differs from one run to the next. The wiring has it as one
 * parameter and hands each part what that needs, so that the simulated fleet runs the service's own wiring on machines of its
 * own, which repeat a run exactly.
 *
 * @param clock the time of day; may be set, and may differ between machines
 * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
 * @param pause lets that time pass
 * @param random not to be guessed
 * @param tokens random words, no two alike over the whole fleet
 * @param threads starts a virtual thread a task
 */
public record Machine(
        Clock clock,
        LongSupplier nanoTime,
        Pause pause,
        RandomGenerator random,
        Supplier<String> tokens,
        ExecutorService threads) {}
