package dev.afterimage.simulation;

import dev.afterimage.time.Machine;
import java.time.Duration;
import java.util.function.Consumer;

/** Runs a part of the service on one simulated machine, for tests of other packages. */
public final class SimulatedRun {

    private SimulatedRun() {}

    /**
     * Runs until so much simulated time has passed, or nothing is left to happen.
     *
     * @param seed repeats a run exactly
     * @param start starts threads on the machine
     */
    public static void run(long seed, Duration atMost, Consumer<Machine> start) {
        Simulation world = new Simulation(seed, false);
        start.accept(new SimulatedMachine(world, 1).machine());
        world.runUntil(atMost);
    }
}
