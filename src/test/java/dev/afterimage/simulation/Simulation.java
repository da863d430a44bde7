package dev.afterimage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Runs everything that happens in one simulated world, one step at a time, on the calling thread. Whatever may run now waits
 * in a pool, from which the seed picks; when nothing may run, time moves on to the next timer. A step is a piece of a virtual
 * thread up to where it waits, or an event such as an answer that arrives. Nothing else decides the order, so that a seed
 * repeats a run exactly.
 */
final class Simulation {

    /** More steps than any run takes without a wait; a run that exceeds this spins. */
    private static final long MOST_STEPS_AT_ONE_TIME = 200_000;

    private record Step(SimulatedMachine machine, Runnable work) {}

    /** Something that will happen at a later time. */
    static final class Timer implements Comparable<Timer> {
        private final long at;
        private final long sequence;
        private Runnable action;

        private Timer(long at, long sequence, Runnable action) {
            this.at = at;
            this.sequence = sequence;
            this.action = action;
        }

        void cancel() {
            action = null;
        }

        @Override
        public int compareTo(Timer other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    private final long seed;
    private final Random order;
    private final Random chance;
    private final List<Step> ready = new ArrayList<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final List<String> story = new ArrayList<>();
    private final boolean told;
    private long now;
    private long timersSet;
    private long steps;
    private long fingerprint = 17;

    /**
     * A world in which nothing happens yet.
     *
     * @param told whether to keep a story of the run, for people to read
     */
    Simulation(long seed, boolean told) {
        this.seed = seed;
        this.order = new Random(seed);
        this.chance = new Random(~seed * 0x9E3779B97F4A7C15L);
        this.told = told;
    }

    long seed() {
        return seed;
    }

    /** Random numbers for everything but the order of steps. */
    Random chance() {
        return chance;
    }

    /** Nanoseconds since the beginning. */
    long now() {
        return now;
    }

    long steps() {
        return steps;
    }

    /** Equal for two runs only if they took the same steps at the same times. */
    long fingerprint() {
        return fingerprint;
    }

    List<String> story() {
        return story;
    }

    void tell(String what, Object... details) {
        mix(what.hashCode());
        if (told) {
            story.add("%10.4f s  %s".formatted(now / 1e9, what.formatted(details)));
        }
    }

    Timer after(Duration wait, Runnable action) {
        Timer timer = new Timer(now + Math.max(0, wait.toNanos()), timersSet++, action);
        timers.add(timer);
        return timer;
    }

    /** Adds a step of this machine to those that may run now. */
    void add(SimulatedMachine machine, Runnable work) {
        ready.add(new Step(machine, work));
    }

    /** Removes the steps of a machine from those that may run now, and returns them. */
    List<Runnable> takeAway(SimulatedMachine machine) {
        List<Runnable> taken = new ArrayList<>();
        ready.removeIf(step -> step.machine() == machine && taken.add(step.work()));
        return taken;
    }

    /** Runs until so much time has passed since the beginning, or nothing is left to happen. */
    void runUntil(Duration end) {
        long stepsAtThisTime = 0;
        while (true) {
            if (!ready.isEmpty()) {
                if (++stepsAtThisTime > MOST_STEPS_AT_ONE_TIME) {
                    throw new AssertionError("time stands still: something spins");
                }
                step();
                continue;
            }
            stepsAtThisTime = 0;
            Timer next = timers.peek();
            if (next == null || next.at > end.toNanos()) {
                now = Math.max(now, end.toNanos());
                return;
            }
            timers.poll();
            if (next.action != null) {
                now = next.at;
                mix(now);
                next.action.run();
            }
        }
    }

    private void step() {
        int chosen = order.nextInt(ready.size());
        Step step = ready.get(chosen);
        Step last = ready.removeLast();
        if (chosen < ready.size()) {
            ready.set(chosen, last);
        }
        steps++;
        mix(31L * chosen + step.machine().id());
        step.work().run();
    }

    private void mix(long value) {
        fingerprint = fingerprint * 0x100000001B3L ^ value;
    }
}
