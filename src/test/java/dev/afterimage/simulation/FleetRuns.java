package dev.afterimage.simulation;

import dev.afterimage.simulation.Fleet.Result;
import dev.afterimage.wiring.WiredProcess.Flaw;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs many seeds, on as many threads as there are processors, and sums up what they saw. */
final class FleetRuns {

    /** The service's logger, which is switched off: the story of a run says what happened. */
    private static final Logger SERVICE = Logger.getLogger("dev.afterimage");

    private final List<Result> failed = new ArrayList<>();
    private final Map<Trial, Long> trials = new EnumMap<>(Trial.class);
    private final Set<String> faults = new TreeSet<>();
    private final Consumer<Result> failures;
    private long runs;

    private FleetRuns(Consumer<Result> failures) {
        this.failures = failures;
    }

    /**
     * Runs the seeds {@code from} to {@code from + count - 1}.
     *
     * @param enough whether to stop early; asked before each run
     * @param failures gets each run that violates a law, as soon as it ends
     */
    static FleetRuns of(long from, long count, BooleanSupplier enough, Flaw flaw, Consumer<Result> failures) {
        SERVICE.setLevel(Level.OFF);
        FleetRuns runs = new FleetRuns(failures);
        // Alone, so that no two runs wait for each other's loading of classes.
        runs.add(run(from, flaw));
        AtomicLong next = new AtomicLong(from + 1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> {
                for (long seed = next.getAndIncrement();
                        seed < from + count && !enough.getAsBoolean();
                        seed = next.getAndIncrement()) {
                    runs.add(repeated(run(seed, flaw), flaw));
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException cancelled) {
                next.set(Long.MAX_VALUE / 2);
                Thread.currentThread().interrupt();
            }
        }
        return runs;
    }

    /**
     * The result of a run; one with violations is confirmed by a second run, whose result counts where the two differ.
     * Concurrent runs share the JDK's own monitors (of classes, of maps), and a thread that had to wait for one goes on at
     * another moment of its simulated time.
     */
    private static Result repeated(Result result, Flaw flaw) {
        if (result.violations().isEmpty()) {
            return result;
        }
        Result again = run(result.seed(), flaw);
        return again.fingerprint() == result.fingerprint() ? result : again;
    }

    private static Result run(long seed, Flaw flaw) {
        try {
            return Fleet.run(seed, flaw, false);
        } catch (RuntimeException | Error broken) {
            throw new IllegalStateException("the simulation itself fails with seed " + seed, broken);
        }
    }

    private synchronized void add(Result result) {
        runs++;
        result.trials().forEach((trial, times) -> trials.merge(trial, (long) times, Long::sum));
        faults.addAll(result.faults());
        if (!result.violations().isEmpty()) {
            failed.add(result);
            failures.accept(result);
        }
    }

    long runs() {
        return runs;
    }

    List<Result> failed() {
        return failed;
    }

    Map<Trial, Long> trials() {
        return trials;
    }

    Set<String> faults() {
        return faults;
    }

    static void print(Result failed) {
        System.out.println(
                "seed " + failed.seed() + " violates (src/bench/simulation.sh --story " + failed.seed() + ")");
        failed.violations().stream().limit(10).forEach(violation -> System.out.println("    " + violation));
    }

    /** For the command line: {@code --seeds N --from K} runs N seeds, {@code --story K} tells what happens in one. */
    public static void main(String[] arguments) {
        long seeds = 1000;
        long from = 1;
        boolean story = false;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            long value = Long.parseLong(arguments[i + 1]);
            switch (arguments[i]) {
                case "--seeds" -> seeds = value;
                case "--from" -> from = value;
                case "--story" -> {
                    from = value;
                    story = true;
                }
                default -> throw new IllegalArgumentException("--seeds N, --from K or --story K");
            }
        }
        if (story) {
            SERVICE.setLevel(Level.OFF);
            Result result = Fleet.run(from, new Flaw() {}, true);
            result.story().forEach(System.out::println);
            result.violations().forEach(System.out::println);
            return;
        }
        long begun = System.nanoTime();
        FleetRuns runs = of(from, seeds, () -> false, new Flaw() {}, FleetRuns::print);
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.println(runs.trials());
        System.out.printf(
                "%d runs, %d with violations, %d distinct faults, %.0f s%n",
                runs.runs(), runs.failed().size(), runs.faults().size(), seconds);
        if (!runs.failed().isEmpty()) {
            System.exit(1);
        }
    }
}
