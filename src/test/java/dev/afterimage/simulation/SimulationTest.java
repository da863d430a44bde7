package dev.afterimage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class SimulationTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private interface Work {
        void run() throws Exception;
    }

    private static void start(SimulatedMachine machine, Work work) {
        machine.machine().threads().execute(() -> {
            try {
                work.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Runs ten threads with every kind of wait; which comes first depends on the order of steps alone. */
    private static List<String> race(long seed) {
        Simulation world = new Simulation(seed, false);
        SimulatedMachine machine = new SimulatedMachine(world, 1);
        Pause pause = machine.machine().pause();
        ReentrantLock lock = new ReentrantLock(true);
        Semaphore semaphore = new Semaphore(2);
        CompletableFuture<String> future = new CompletableFuture<>();
        List<String> seen = new ArrayList<>();
        for (int thread = 0; thread < 10; thread++) {
            String name = "t" + thread;
            start(machine, () -> {
                Thread.yield();
                seen.add(name + " begins");
                if (pause.lock(lock, Duration.ofMillis(3))) {
                    pause.await(Duration.ofMillis(1));
                    lock.unlock();
                    seen.add(name + " had the lock");
                }
                if (pause.acquire(semaphore, 1, Duration.ofMillis(2))) {
                    pause.await(Duration.ofMillis(1));
                    semaphore.release();
                    seen.add(name + " had a permit");
                }
                future.complete(name);
                seen.add(future.join());
            });
        }
        world.runUntil(MINUTE);
        seen.add(Long.toString(world.fingerprint()));
        return seen;
    }

    @Test
    void aSeedRepeatsARunExactlyAndAnotherSeedIsAnotherRun() {
        assertThat(race(1)).isEqualTo(race(1)).isNotEqualTo(race(2));
        assertThat(race(1)).anyMatch(line -> line.endsWith("had the lock")).hasSizeGreaterThan(25);
    }

    @Test
    void waitsTakeSimulatedTimeAndEndWhenItIsOver() {
        Simulation world = new Simulation(1, false);
        SimulatedMachine machine = new SimulatedMachine(world, 1);
        Pause pause = machine.machine().pause();
        List<String> seen = new ArrayList<>();
        start(machine, () -> {
            pause.await(Duration.ofSeconds(1));
            seen.add("a second");
            assertThat(pause.acquire(new Semaphore(0), 1, Duration.ofSeconds(1)))
                    .isFalse();
            CompletableFuture<String> never = pause.orTimeout(new CompletableFuture<>(), Duration.ofSeconds(1));
            never.handle((result, failure) -> seen.add(failure.getClass().getSimpleName()))
                    .join();
            try {
                pause.get(new CompletableFuture<>(), Duration.ofSeconds(1));
            } catch (TimeoutException late) {
                seen.add("late at " + world.now() / 1_000_000_000);
            }
        });

        world.runUntil(MINUTE);

        assertThat(seen).containsExactly("a second", "TimeoutException", "late at 4");
    }

    @Test
    void aFrozenMachineStandsStillWhileTimeGoesOn() {
        Simulation world = new Simulation(1, false);
        SimulatedMachine machine = new SimulatedMachine(world, 1);
        List<Long> seen = new ArrayList<>();
        start(machine, () -> {
            machine.machine().pause().await(Duration.ofSeconds(1));
            seen.add(world.now());
        });
        world.after(Duration.ofMillis(500), machine::freeze);
        world.after(Duration.ofSeconds(5), machine::thaw);

        world.runUntil(MINUTE);

        assertThat(seen).containsExactly(5_000_000_000L);
    }

    @Test
    void aKilledMachineTakesNoFurtherStep() {
        Simulation world = new Simulation(1, false);
        SimulatedMachine machine = new SimulatedMachine(world, 1);
        List<String> seen = new ArrayList<>();
        start(machine, () -> {
            seen.add("begun");
            machine.machine().pause().await(Duration.ofSeconds(1));
            seen.add("ended");
        });
        world.after(Duration.ofMillis(500), machine::kill);

        world.runUntil(MINUTE);

        assertThat(seen).containsExactly("begun");
    }

    @Test
    void aThreadThatIsCancelledLeavesItsWait() {
        Simulation world = new Simulation(1, false);
        SimulatedMachine machine = new SimulatedMachine(world, 1);
        ExecutorService threads = machine.machine().threads();
        List<Long> seen = new ArrayList<>();
        var waiting = threads.submit(() -> {
            try {
                machine.machine().pause().await(Duration.ofHours(1));
            } catch (InterruptedException cancelled) {
                seen.add(world.now());
            }
        });
        world.after(Duration.ofSeconds(2), () -> waiting.cancel(true));

        world.runUntil(MINUTE);

        assertThat(seen).containsExactly(2_000_000_000L);
    }
}
