package dev.afterimage.simulation;

import dev.afterimage.time.Machine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import software.amazon.awssdk.core.exception.AbortedException;

/**
 * The machine of one process of the fleet. Its threads are virtual threads whose steps the {@link Simulation} orders. It can
 * be frozen (they stand still, time goes on), thawed and killed, and its clock can be wrong.
 */
final class SimulatedMachine implements Executor {

    static final Instant BEGINNING = Instant.parse("2026-03-04T12:00:00Z");

    private final Simulation world;
    private final int id;
    private final List<Runnable> frozen = new ArrayList<>();
    private final Machine machine;
    private boolean isFrozen;
    private boolean isDead;
    private Duration skew = Duration.ZERO;
    private long tokens;
    private int freezes;

    SimulatedMachine(Simulation world, int id) {
        this.world = world;
        this.id = id;
        Random random = new Random(world.seed() * 1_000_003 + id);
        this.machine = new Machine(
                new SkewedClock(),
                world::now,
                new SimulatedPause(this),
                random,
                () -> "m" + id + "-" + tokens++,
                new SimulatedThreads(this, "m" + id));
    }

    int id() {
        return id;
    }

    Machine machine() {
        return machine;
    }

    boolean isFrozen() {
        return isFrozen;
    }

    boolean isDead() {
        return isDead;
    }

    void skew(Duration byWhich) {
        skew = byWhich;
    }

    /** Runs a step of one of its threads, or of its event loop; once it is thawed, if it is frozen. */
    @Override
    public void execute(Runnable step) {
        if (isDead) {
            return;
        }
        if (isFrozen) {
            frozen.add(step);
        } else {
            world.add(this, step);
        }
    }

    /** Runs the action after this time; once the machine is thawed, if it is frozen then. */
    Simulation.Timer after(Duration wait, Runnable action) {
        return world.after(wait, () -> execute(action));
    }

    void freeze() {
        if (!isDead && !isFrozen) {
            isFrozen = true;
            freezes++;
            frozen.addAll(world.takeAway(this));
        }
    }

    void thaw() {
        if (isFrozen) {
            isFrozen = false;
            List<Runnable> steps = List.copyOf(frozen);
            frozen.clear();
            steps.forEach(this::execute);
        }
    }

    /** How often it was frozen so far: two equal counts mean that it was not frozen in between. */
    int freezes() {
        return freezes;
    }

    /** Lets the calling thread wait while a message is on its way for this long. */
    void travel(Duration howLong) {
        travel(new CountDownLatch(1), howLong);
    }

    /**
     * Lets the calling thread wait for the latch, at most so long. If it is cancelled meanwhile, it fails as in the AWS
     * SDK.
     */
    void travel(CountDownLatch comes, Duration atMost) {
        try {
            machine.pause().await(comes, atMost);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("simulated");
        }
    }

    /** Ends the machine: none of its threads takes another step. */
    void kill() {
        isDead = true;
        isFrozen = false;
        frozen.clear();
        world.takeAway(this);
    }

    private final class SkewedClock extends Clock {

        @Override
        public Instant instant() {
            return BEGINNING.plusNanos(world.now()).plus(skew);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
